/** The long-running controller: wires the parts together, starts and stops them, and shows its state. */
import { getLogger } from "@logtape/logtape";
import { errorText, groupKind } from "../api/mod.ts";
import type { CostLimits } from "../cel/mod.ts";
import {
  ChildCaches,
  type ChildStore,
  ClusterSchemas,
  ExternalCaches,
  KeyedMutex,
  LiveLists,
  RevertBackoff,
  shadowed,
  sweepKind,
  type SweepWaits,
} from "../clusters/mod.ts";
import { type CompileOptions, MAX_COLLECTION_SIZE } from "../graph/mod.ts";
import { Discovery, type KubeClient, settledIn } from "../kube/mod.ts";
import { ExpansionCache } from "../reconcile/mod.ts";
import { GraphController } from "./graphs/graph_controller.ts";
import { graphView } from "./graphs/graph_view.ts";
import { InstanceEvents } from "./instances/event_recorder.ts";
import { InstancePool } from "./instances/pool.ts";
import { Leadership, type LeadershipOptions } from "./lease/leadership.ts";
import { Metrics } from "./metrics/metrics.ts";
import { Sweeps } from "./sweeps.ts";
import type { ControllerView, GraphView, InstanceView } from "./view.ts";
import { watchFailures } from "./watch_failures.ts";

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
  /** The Lease that tells others that a controller is at work, and that leaders are elected by. */
  lease?: LeadershipOptions;
  /** Watch before the Lease is held, so that a new leader has its caches. */
  warmup?: boolean;
  /** Limits and gates of what RGDs may say. */
  compile?: CompileOptions;
  /** Feature gate InstanceConditionEvents: Events about instances. */
  conditionEvents?: boolean;
  /** How many objects one forEach may make; {@link MAX_COLLECTION_SIZE} by default. */
  maxCollectionSize?: number;
  /** What expressions may cost. */
  costs?: CostLimits;
  /** How many GraphRevisions of an RGD are kept, 5 by default; zero or less keeps all. */
  maxRevisions?: number;
  /** Show each condition of each instance in the metrics. */
  conditionMetrics?: boolean;
  /** Delete instances and CRD with their RGD; by default both stay. */
  allowCrdDeletion?: boolean;
  /** How many instances are worked on at a time, 16 by default. */
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
  /** All retries of instances together: so many a second after a burst of so many; no limit by default. */
  retryRate?: { perSecond: number; burst: number };
  /** After so many failures in a row an instance is left alone for a while; never by default. */
  maxRetries?: number;
  /** Between two sweeps of a kind, which find what events missed, 10 h by default; 0 for none. */
  resyncMs?: number;
  /** A pass that takes longer than this makes the controller unhealthy, 10 min by default. */
  passDeadlineMs?: number;
  /** How long caches may take before a kind counts as not started, 30 s by default. */
  syncTimeoutMs?: number;
}

/** Upstream's `--dynamic-controller-default-resync-period`. */
const RESYNC_MS = 36_000_000;

const logger = getLogger(["kro", "controller"]);

/** See the file's first line. */
export class Controller implements ControllerView {
  readonly #metrics: Metrics;
  readonly #children: ChildCaches;
  readonly #externals: ExternalCaches;
  readonly #pool: InstancePool;
  readonly #graphs: GraphController;
  readonly #sweeps: Sweeps;
  readonly #leadership: Leadership;
  #endSampling = () => {};
  readonly #warmup: boolean;
  readonly #passDeadlineMs: number;
  readonly #maxCollectionSize: number;
  #state: "new" | "running" | "ready" | "stopping" | "stopped" = "new";

  /** Talks to nobody yet. */
  constructor(options: ControllerOptions) {
    const { version, podId } = options;
    this.#maxCollectionSize = options.maxCollectionSize ?? MAX_COLLECTION_SIZE;
    this.#warmup = options.warmup ?? false;
    this.#passDeadlineMs = options.passDeadlineMs ?? 600_000;
    this.#leadership = new Leadership(options.client, options.lease ?? {}, {
      acquired: () => this.#work(),
      lost: () => void this.#pool.pause(),
    });
    const client = options.client.behind(this.#leadership);
    const now = () => new Date();
    const discovery = new Discovery(client);
    this.#metrics = options.metrics ?? new Metrics();
    const { routed, schemas: lookups } = this.#metrics;
    const schemas = new ClusterSchemas(client, discovery, undefined, lookups);
    const watchFailed = watchFailures("controller");
    this.#children = new ChildCaches(client, schemas, watchFailed, routed);
    this.#externals = new ExternalCaches(client, watchFailed, routed);
    const { children, externals } = { children: this.#children, externals: this.#externals };
    const workers = options.instanceWorkers ?? 16;
    this.#pool = new InstancePool({
      parts: {
        client,
        discovery,
        schemas,
        children,
        externals,
        fights: new RevertBackoff(),
        turns: new KeyedMutex(),
        liveLists: new LiveLists(client),
      },
      context: {
        now,
        version,
        podId,
        maxCollectionSize: this.#maxCollectionSize,
        expansions: new ExpansionCache(),
        costs: options.costs,
      },
      metrics: this.#metrics,
      events: options.conditionEvents ? new InstanceEvents(client, now) : undefined,
      requeueMs: options.instanceRequeueMs ?? 3000,
      syncTimeoutMs: options.syncTimeoutMs ?? 30_000,
      workers,
      // A graph's change goes through its instances beside all other work.
      background: Math.max(1, Math.floor(workers / 16)),
      minDelayMs: options.retryMinMs,
      maxDelayMs: options.retryMaxMs,
      retryRate: options.retryRate,
      maxRetries: options.maxRetries,
      returnMs: options.resyncMs || RESYNC_MS,
      mayWrite: () => this.#leadership.mayWrite,
    });
    this.#graphs = new GraphController({
      client,
      schemas,
      version,
      now,
      taken: (kind) => shadowed(client, discovery, kind),
      compile: options.compile,
      maxRevisions: options.maxRevisions,
      events: this.#metrics.revisions,
      pool: this.#pool,
      metrics: this.#metrics,
      allowCrdDeletion: options.allowCrdDeletion ?? false,
      workers: options.graphWorkers ?? 4,
      progressMs: options.graphProgressMs ?? 3000,
      leads: () => this.#leadership.mayWrite,
    });
    this.#sweeps = new Sweeps({
      stores: () => children.stores(),
      sweep: (store, waits) => this.#sweep(client, store, waits),
      periodMs: options.resyncMs ?? RESYNC_MS,
    });
    this.#metrics.talksTo(client.config.server);
    this.#metrics.watch({
      instances: this.#pool.queue,
      graphs: this.#graphs.queue,
      served: () => this.#pool.served,
      interests: () => externals.interests(),
      schemas: () => schemas.size,
      leads: () => this.#leadership.held,
      conditions: options.conditionMetrics ? () => this.#pool.conditions() : undefined,
    });
  }

  /**
   * Begins to hold the Lease, to watch and to work; with leader election the work waits for the Lease.
   * kro's own CRDs must be there.
   */
  start(): void {
    if (this.#state !== "new") throw new Error("a controller is started once");
    this.#state = "running";
    this.#endSampling = this.#metrics.sample();
    this.#leadership.start();
    if (!this.#leadership.elects) this.#work();
    else if (this.#warmup) this.#graphs.start();
    logger.info("controller started");
  }

  #work(): void {
    if (this.#state === "stopping" || this.#state === "stopped") return;
    this.#pool.start();
    this.#graphs.start();
    this.#sweeps.start();
  }

  async #sweep(client: KubeClient, store: ChildStore, waits: SweepWaits): Promise<void> {
    const kind = groupKind(store.kind);
    try {
      const { compared, missed, instances } = await sweepKind(client, store, waits);
      this.#metrics.swept(store.kind, compared, missed);
      if (missed > 0) logger.warn("events missed {missed} changes of {kind}", { kind, missed });
      this.#children.wake(instances);
    } catch (error) {
      if (this.#state === "stopping" || this.#state === "stopped") return;
      logger.warn("sweep of {kind} failed: {error}", { kind, error: errorText(error) });
    }
  }

  /**
   * Begins no more passes and is not ready any longer, lets those under way come to their end, stops all
   * watches and gives the Lease back. Passes that would take longer than `graceMs` end after the request
   * that they have under way, at last without its answer: no write leaves after the Lease is given back.
   */
  async stop(graceMs = Infinity): Promise<void> {
    this.#state = "stopping";
    this.#sweeps.stop();
    const work = Promise.all([this.#graphs.stop(), this.#pool.stop()]);
    // What is left after the cut is for requests under way, for the Lease, and for the process to end.
    const reserve = Math.min(5000, graceMs / 2);
    if (!await settledIn(graceMs - reserve, work)) {
      logger.warn("passes are cut short: they took too long for the graceful shutdown");
      this.#leadership.cut();
      if (!await settledIn(reserve / 2, work)) this.#leadership.abort();
      await settledIn(reserve / 8, this.#pool.stopWatches());
    }
    this.#children.stop();
    this.#externals.stop();
    await settledIn(reserve / 4, this.#leadership.release());
    this.#endSampling();
    this.#state = "stopped";
    logger.info("controller stopped");
  }

  /** Unhealthy when a pass outlives its deadline: something hangs that only a restart will end. */
  health(): { healthy: boolean; problem?: string } {
    for (const { longest } of [this.#pool.queue, this.#graphs.queue]) {
      if (!longest || longest.ms <= this.#passDeadlineMs) continue;
      const seconds = Math.round(longest.ms / 1000);
      return { healthy: false, problem: `the pass over ${longest.key} has run for ${seconds} s` };
    }
    return { healthy: true };
  }

  /** Once ready it stays so: a new graph whose caches fill does not take the others out of service. */
  readiness(): { ready: boolean; missing: string[] } {
    if (this.#state === "ready") return { ready: true, missing: [] };
    if (this.#state !== "running") {
      return { ready: false, missing: [`controller is ${this.#state}`] };
    }
    const { leads, failure } = this.#leadership;
    if (!leads && failure) return { ready: false, missing: [`lease: ${failure}`] };
    // A standby is ready, or a rolling update would wait for ever for the Lease of the old pod.
    if (!leads && !this.#warmup) return { ready: true, missing: [] };
    const missing = [
      ...this.#graphs.missing,
      ...this.#pool.missing,
      ...[...this.#children.unsynced(), ...this.#externals.unsynced()]
        .map((kind) => `cache of ${kind} is not synced`),
    ];
    if (missing.length === 0 && leads) this.#state = "ready";
    return { ready: missing.length === 0, missing };
  }

  /** All graphs, sorted by name. */
  graphs(): GraphView[] {
    return this.#graphs.entries.map((entry) =>
      graphView(
        entry.rgd,
        entry.served,
        this.#pool.of(this.#graphs.crdOf(entry))?.size ?? 0,
        this.#maxCollectionSize,
      )
    );
  }

  /** Instances of a graph; undefined when there is no such graph. */
  instances(graph: string): InstanceView[] | undefined {
    const entry = this.#graphs.entry(graph);
    return entry && (this.#pool.of(this.#graphs.crdOf(entry))?.views() ?? []);
  }

  /** Prometheus text format. */
  metrics(): Promise<string> {
    return this.#metrics.text();
  }
}
