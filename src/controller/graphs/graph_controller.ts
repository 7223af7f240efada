/**
 * Keeps the RGDs: publishes each, serves its kind until the RGD is deleted, keeps its CRD as it was
 * generated, and tries again when a kind appears that it waits for.
 */
import { getLogger } from "@logtape/logtape";
import {
  CRD_KIND,
  errorText,
  type KindRef,
  type KubeObject,
  Label,
  type ResourceGraphDefinition,
  REVISION_KIND,
  RGD_KIND,
} from "../../api/mod.ts";
import type { ClusterSchemas } from "../../clusters/mod.ts";
import { Reflector, type ReflectorHandlers } from "../../kube/mod.ts";
import {
  buildGraph,
  generatedFor,
  problemsText,
  type PublishDeps,
  publishGraph,
  type PublishResult,
  releaseRevision,
  waitingText,
  withdrawGraph,
  writeRgdStatus,
} from "../../publish/mod.ts";
import type { InstancePool } from "../instances/pool.ts";
import type { Metrics } from "../metrics/metrics.ts";
import { WorkQueue, type WorkResult } from "../queue.ts";
import { watchFailures } from "../watch_failures.ts";
import { ApiServices } from "./api_services.ts";
import { type GraphEntry, GraphState } from "./graph_store.ts";
import { holdInstances, retireInstances } from "./unserved.ts";

/** What keeping RGDs needs. */
export interface GraphDeps extends Omit<PublishDeps, "current" | "serve"> {
  /** Where kinds are looked up; told of kinds whose CRD changed. */
  schemas: ClusterSchemas;
  /** Who keeps the instances. */
  pool: InstancePool;
  /** Counts. */
  metrics: Metrics;
  /** Delete the instances and the CRD with their RGD. */
  allowCrdDeletion: boolean;
  /** How many RGDs are worked on at a time. */
  workers: number;
  /** Delay of the next look at an RGD that waits for its instances to be gone. */
  progressMs: number;
  /** Whether this controller writes at present; while it does not, its caches are kept warm. */
  leads: () => boolean;
}

const logger = getLogger(["kro", "graph"]);

/** No event tells when somebody else's names or policies give way. */
const MAX_DELAY_MS = 120_000;

/** How soon an RGD is looked at again that waits for kinds of an API that has just become available. */
const NEW_API_MS = 2_000;

/** See the file's first lines. */
export class GraphController {
  readonly #deps: GraphDeps;
  readonly #state: GraphState;
  readonly #queue: WorkQueue;
  readonly #stop = new AbortController();
  readonly #watchFailed = watchFailures("graph");
  readonly #apis = new ApiServices((api) => this.#state.apiAvailable(api));
  readonly #reflectors: { name: string; reflector: Reflector }[];
  #started = false;
  #running: Promise<void>[] = [];

  /** Watches nothing yet. */
  constructor(deps: GraphDeps) {
    this.#deps = deps;
    this.#queue = new WorkQueue((key) => this.#work(key), {
      workers: deps.workers,
      maxDelayMs: MAX_DELAY_MS,
      onWorked: deps.metrics.graphWorked,
    });
    this.#state = new GraphState(
      (key) => this.#queue.add(key),
      (crd) => deps.schemas.invalidate(crd),
    );
    deps.pool.onEmpty((crd) => this.#state.instancesGone(crd));
    this.#reflectors = [
      this.#reflector(RGD_KIND, {
        added: (object) => this.#rgdSeen(object),
        modified: (object) => this.#rgdSeen(object),
        deleted: ({ metadata }) => this.#rgdGone(metadata.name!),
      }),
      this.#reflector(REVISION_KIND, {
        added: (object) => this.#state.revisionSeen(object),
        modified: (object) => this.#state.revisionSeen(object),
        deleted: (object) => this.#state.revisionGone(object),
      }),
      this.#reflector(CRD_KIND, {
        added: (object) => this.#state.crdSeen(object),
        modified: (object) => this.#state.crdSeen(object),
        deleted: (object) => this.#state.crdGone(object.metadata.name!),
      }),
    ];
  }

  /** All RGDs, sorted by name. */
  get entries(): GraphEntry[] {
    return this.#state.entries;
  }

  /** The RGD of that name. */
  entry(name: string): GraphEntry | undefined {
    return this.#state.entry(name);
  }

  /** The CRD that the RGD generated; undefined while it has none, or another RGD has the kind. */
  crdOf({ rgd, crd }: GraphEntry): string | undefined {
    const known = crd && this.#state.crd(crd);
    return known && generatedFor(rgd.metadata.name!, known) ? crd : undefined;
  }

  /** What has to be done before the controller is ready. */
  get missing(): string[] {
    const caches = this.#reflectors.filter(({ reflector }) => !reflector.hasSynced)
      .map(({ name }) => `cache of ${name} is not synced`);
    const graphs = this.entries.filter((entry) => !entry.settled)
      .map(({ rgd }) => `graph ${rgd.metadata.name} is not compiled`);
    return [...caches, ...graphs];
  }

  /** The queue, for metrics and health. */
  get queue(): WorkQueue {
    return this.#queue;
  }

  /**
   * Begins to watch; what is there is worked on as soon as all of it is known. Called again, it looks at
   * everything anew.
   */
  start(): void {
    if (this.#started) return this.#state.all();
    this.#started = true;
    const { signal } = this.#stop;
    this.#running = this.#reflectors.map(({ reflector }) => reflector.start(signal));
    const synced = Promise.all(this.#reflectors.map(({ reflector }) => reflector.synced));
    synced.then(() => {
      this.#state.synced();
      this.#queue.start();
    }, () => {/* stopped before */});
  }

  /** Lets the work under way come to its end. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#queue.stop();
    await Promise.all([...this.#running, this.#apis.stopped()]);
  }

  #reflector(kind: KindRef, handlers: ReflectorHandlers): { name: string; reflector: Reflector } {
    const name = `${kind.plural}.${kind.group}`;
    const onError = (error: unknown) => this.#watchFailed(kind, error);
    const options = { metadataOnly: kind !== RGD_KIND, onError };
    return { name, reflector: new Reflector(this.#deps.client, kind, options, handlers) };
  }

  #rgdSeen(object: KubeObject): void {
    this.#deps.metrics.revisions.pending(object as ResourceGraphDefinition);
    this.#state.rgdSeen(object);
  }

  #rgdGone(name: string): void {
    this.#deps.metrics.revisions.gone(name);
    this.#state.rgdGone(name);
  }

  #work(key: string): Promise<WorkResult> {
    const separator = key.indexOf("/");
    const name = key.slice(separator + 1);
    switch (key.slice(0, separator)) {
      case "rgd":
        return this.#keep(name);
      case "crd":
        return this.#keepOrphan(name);
      default:
        return this.#letRevisionGo(name);
    }
  }

  async #keep(name: string): Promise<WorkResult> {
    const entry = this.#state.entry(name);
    if (!entry) return "done";
    try {
      if (!this.#deps.leads()) return await this.#warm(entry);
      if (entry.rgd.metadata.deletionTimestamp) return await this.#withdraw(entry);
      return await this.#publish(entry);
    } catch (error) {
      // Who leads next begins anew.
      if (!this.#deps.leads()) return "done";
      this.#deps.metrics.rgdBroke(error);
      const message = errorText(error);
      this.#say(entry, message);
      const { crd } = entry;
      if (crd && !this.#deps.pool.of(crd)) {
        await retireInstances(crd, name, this.#deps).catch(() => {});
      }
      return "retry";
    } finally {
      entry.settled = true;
    }
  }

  /** What leading will need, without a write: the schemas, and the caches that passes read. */
  async #warm({ rgd }: GraphEntry): Promise<WorkResult> {
    if (rgd.status?.state !== "Active" || rgd.metadata.deletionTimestamp) return "done";
    const { graph } = await buildGraph(rgd, this.#deps);
    if (graph) await (await this.#deps.pool.controller(graph.instance)).warm(graph);
    return "done";
  }

  async #publish(entry: GraphEntry): Promise<WorkResult> {
    const { metrics, pool, signal = this.#stop.signal, ...deps } = this.#deps;
    const before = entry.rgd;
    const name = before.metadata.name!;
    const since = this.#state.clock;
    const result = await publishGraph(before, {
      ...deps,
      signal,
      onBuilt: (seconds, ok) => metrics.build(name, seconds, ok),
      current: entry.served,
      serve: async (served) => {
        const controller = await pool.controller(served.graph.instance);
        await controller.serve(served, entry.rgd);
      },
    });
    this.#state.published(entry, before, result, since);
    metrics.revisions.resolved(result.rgd, result.served?.revision);
    if (result.issued) metrics.revisionIssued(result.issued);
    const good = result.problems.length === 0 && result.error === undefined;
    metrics.rgdResolution(result.issued ? "issue" : good ? "serve" : "failed");
    const [from, to] = [before.status?.state ?? "", result.rgd.status?.state ?? ""];
    metrics.rgdState(name, from, to);
    if (from !== to) {
      logger.info("graph {graph} is {state}", {
        graph: name,
        state: to,
        revision: result.served?.revision,
        duration: result.buildSeconds,
      });
    }
    const failure = result.error ?? (problemsText(result.problems) || undefined);
    this.#say(entry, failure);
    const crd = result.served ? undefined : this.crdOf(entry);
    if (crd) await holdInstances(crd, entry.rgd, failure ?? "", this.#deps);
    return this.#next(result);
  }

  #next({ error, missing }: PublishResult): WorkResult {
    if (missing.length > 0) this.#apis.start(this.#deps.client, this.#stop.signal);
    if (missing.some((kind) => this.#apis.isNew(kind))) {
      return { afterMs: NEW_API_MS, failed: true };
    }
    return error !== undefined || missing.length > 0 ? "retry" : "done";
  }

  async #withdraw(entry: GraphEntry): Promise<WorkResult> {
    const { client, allowCrdDeletion, metrics, pool, progressMs } = this.#deps;
    const { crd } = entry;
    const name = entry.rgd.metadata.name!;
    // Instances are reconciled until the last one is gone, also after a restart.
    if (crd && !pool.of(crd)) await retireInstances(crd, name, this.#deps);
    const { released, instancesLeft } = await withdrawGraph(entry.rgd, {
      client,
      allowCrdDeletion,
    });
    if (!released) {
      await this.#sayWaiting(entry, instancesLeft);
      // The end of the last one wakes; until then somebody may create another.
      return { afterMs: progressMs };
    }
    // The kind may be another RGD's, which this one never got.
    await pool.of(this.crdOf(entry))?.retire();
    const since = Date.parse(entry.rgd.metadata.deletionTimestamp ?? "");
    await metrics.rgdDeleted(name, Math.max(0, (Date.now() - since) / 1000));
    const kept = allowCrdDeletion ? undefined : crd;
    logger.info("graph {graph} is let go", { graph: name, keptCrd: kept });
    return "done";
  }

  /** Whoever deletes an RGD and waits finds out for what. */
  async #sayWaiting(entry: GraphEntry, instances: readonly KubeObject[]): Promise<void> {
    const message = waitingText(instances);
    const reason = "WaitingForInstances";
    const conditions = [{ type: "KindReady", status: "False" as const, reason, message }];
    const { client, now } = this.#deps;
    const graph = entry.rgd.metadata.name;
    entry.rgd = await writeRgdStatus(entry.rgd, { conditions }, client, now());
    if (entry.failure !== message) logger.info("graph {graph} is {message}", { graph, message });
    entry.failure = message;
  }

  /** A generated CRD without an RGD: its instances can still be deleted. */
  async #keepOrphan(crd: string): Promise<WorkResult> {
    if (!this.#deps.leads()) return "done";
    const known = this.#state.crd(crd);
    const owner = known?.metadata.labels?.[Label.rgdName];
    try {
      if (!known) await this.#deps.pool.drop(crd);
      else if (owner && !this.#state.entry(owner)) await retireInstances(crd, owner, this.#deps);
      return "done";
    } catch (error) {
      logger.warn("cannot watch instances of {crd}: {error}", { crd, error: errorText(error) });
      return "retry";
    }
  }

  async #letRevisionGo(name: string): Promise<WorkResult> {
    if (!this.#deps.leads()) return "done";
    const revision = this.#state.takeLeaving(name);
    if (revision) await releaseRevision(this.#deps.client, revision);
    return "done";
  }

  /** Logs a failure when it is another one than last time. */
  #say(entry: GraphEntry, failure: string | undefined): void {
    if (entry.failure === failure) return;
    entry.failure = failure;
    const graph = entry.rgd.metadata.name;
    if (failure === undefined) logger.info("graph {graph} recovered", { graph });
    else logger.error("graph {graph} failed: {error}", { graph, error: failure });
  }
}
