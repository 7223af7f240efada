/** The long-running controller: wires the parts together, starts and stops them, and shows its state. */
import { getLogger } from "@logtape/logtape";
import { groupKind, type KindRef } from "../api/mod.ts";
import type { CompileOptions } from "../graph/mod.ts";
import { Discovery, type KubeClient } from "../kube/mod.ts";
import { ChildCaches } from "./cache/children.ts";
import { ExternalCaches } from "./cache/external.ts";
import { Turns } from "./cache/turns.ts";
import { Fights } from "./fights.ts";
import { graphView } from "./graph_view.ts";
import { GraphController } from "./graphs.ts";
import { InstancePool } from "./instance_pool.ts";
import { Leadership, type LeadershipOptions } from "./leadership.ts";
import { Metrics } from "./metrics.ts";
import { ClusterSchemas } from "./schemas.ts";
import { messageOf } from "./values.ts";
import type { ControllerView, GraphView, InstanceView } from "./view.ts";
import { crdNameOf } from "./withdraw.ts";

/** What a controller is and how it works; durations in milliseconds. */
export interface ControllerOptions {
  /** The cluster; its `onRequest` is to be {@link Metrics.request}. */
  client: KubeClient;
  /** kro's version, for labels. */
  version: string;
  /** Who this is, for the label `kro.run/controller-pod-id`. */
  podId: string;
  /** Counts; own ones by default. */
  metrics?: Metrics;
  /** The Lease that tells others that a controller is at work. */
  lease?: LeadershipOptions;
  /** Limits and gates of what RGDs may say. */
  compile?: CompileOptions;
  /** How many objects one forEach may make, 1000 by default. */
  maxCollectionSize?: number;
  /** How many GraphRevisions of an RGD are kept, 5 by default; zero or less keeps all. */
  maxRevisions?: number;
  /** Delete instances and CRD with their RGD; by default both stay. */
  allowCrdDeletion?: boolean;
  /** How many instances are worked on at a time, 8 by default. */
  instanceWorkers?: number;
  /** How many RGDs are worked on at a time, 4 by default. */
  graphWorkers?: number;
  /** Next look at an instance where no watch can tell, 3 s by default; 0 for none. */
  instanceRequeueMs?: number;
  /** Next look at an RGD that waits, 3 s by default. */
  graphProgressMs?: number;
  /** Delay after a first failure of an instance, 200 ms by default. */
  retryMinMs?: number;
  /** Longest delay after failures of an instance, 1000 s by default. */
  retryMaxMs?: number;
  /** How long caches may take before a kind counts as not started, 30 s by default. */
  syncTimeoutMs?: number;
}

const logger = getLogger(["kro", "controller"]);

/** See the file's first line. */
export class Controller implements ControllerView {
  readonly #metrics: Metrics;
  readonly #children: ChildCaches;
  readonly #externals: ExternalCaches;
  readonly #pool: InstancePool;
  readonly #graphs: GraphController;
  readonly #leadership: Leadership;
  #state: "new" | "running" | "ready" | "stopped" = "new";

  /** Talks to nobody yet. */
  constructor(options: ControllerOptions) {
    const { client, version, podId } = options;
    const now = () => new Date();
    const discovery = new Discovery(client);
    const schemas = new ClusterSchemas(client, discovery);
    const watchFailed = saidOnce();
    this.#metrics = options.metrics ?? new Metrics();
    this.#children = new ChildCaches(client, schemas, watchFailed);
    this.#externals = new ExternalCaches(client, watchFailed);
    const { children, externals } = { children: this.#children, externals: this.#externals };
    this.#pool = new InstancePool({
      parts: {
        client,
        discovery,
        schemas,
        children,
        externals,
        fights: new Fights(),
        turns: new Turns(),
      },
      context: { now, version, podId, maxCollectionSize: options.maxCollectionSize ?? 1000 },
      metrics: this.#metrics,
      requeueMs: options.instanceRequeueMs ?? 3000,
      syncTimeoutMs: options.syncTimeoutMs ?? 30_000,
      workers: options.instanceWorkers ?? 8,
      minDelayMs: options.retryMinMs,
      maxDelayMs: options.retryMaxMs,
    });
    this.#graphs = new GraphController({
      client,
      schemas,
      version,
      now,
      compile: options.compile,
      maxRevisions: options.maxRevisions,
      pool: this.#pool,
      metrics: this.#metrics,
      allowCrdDeletion: options.allowCrdDeletion ?? false,
      workers: options.graphWorkers ?? 4,
      progressMs: options.graphProgressMs ?? 3000,
    });
    this.#leadership = new Leadership(client, options.lease);
    this.#metrics.talksTo(client.config.server);
    this.#metrics.watch({
      queueLength: () => this.#pool.queue.depth,
      queueAgeSeconds: () => this.#pool.queue.ageMs / 1000,
      servedKinds: () => this.#pool.size,
    });
  }

  /** Begins to hold the Lease, to watch and to work. kro's own CRDs must be there. */
  start(): void {
    if (this.#state !== "new") throw new Error("a controller is started once");
    this.#state = "running";
    this.#leadership.start();
    this.#pool.start();
    this.#graphs.start();
    logger.info("controller started");
  }

  /** Lets passes under way come to their end, stops all watches and gives the Lease back. */
  async stop(): Promise<void> {
    this.#state = "stopped";
    await this.#graphs.stop();
    await this.#pool.stop();
    this.#children.stop();
    this.#externals.stop();
    await this.#leadership.release();
    logger.info("controller stopped");
  }

  /** Once ready it stays so: a new graph whose caches fill does not take the others out of service. */
  readiness(): { ready: boolean; missing: string[] } {
    if (this.#state === "ready") return { ready: true, missing: [] };
    if (this.#state !== "running") {
      return { ready: false, missing: [`controller is ${this.#state}`] };
    }
    const missing = [
      ...this.#graphs.missing,
      ...this.#pool.missing,
      ...[...this.#children.unsynced(), ...this.#externals.unsynced()]
        .map((kind) => `cache of ${kind} is not synced`),
    ];
    if (missing.length === 0) this.#state = "ready";
    return { ready: missing.length === 0, missing };
  }

  /** All graphs, sorted by name. */
  graphs(): GraphView[] {
    return this.#graphs.entries.map(({ rgd, served }) =>
      graphView(rgd, served, this.#pool.of(crdNameOf(rgd))?.size ?? 0)
    );
  }

  /** Instances of a graph; undefined when there is no such graph. */
  instances(graph: string): InstanceView[] | undefined {
    const entry = this.#graphs.entry(graph);
    return entry && (this.#pool.of(crdNameOf(entry.rgd))?.views() ?? []);
  }

  /** Prometheus text format. */
  metrics(): Promise<string> {
    return this.#metrics.text();
  }
}

/** Logs a kind's watch failure when it is another one than last time. */
function saidOnce(): (kind: KindRef, error: unknown) => void {
  const said = new Map<string, string>();
  return (kind, error) => {
    const name = groupKind(kind);
    const message = messageOf(error);
    if (said.get(name) === message) return;
    said.set(name, message);
    logger.warn("watch of {kind} failed and is tried again: {error}", {
      kind: name,
      error: message,
    });
  };
}
