/** The long-running operator. Connects its parts, starts and stops them, and exposes their state. */
import { getLogger } from "@logtape/logtape";
import { errorText, groupKind, inBackground, type KindRef, type ObjectRef } from "../api/mod.ts";
import {
  ChildCaches,
  type ChildReader,
  ClusterSchemas,
  ExternalCaches,
  KeyedMutex,
  LiveLists,
  RevertBackoff,
  shadowed,
  type SweepWaits,
} from "../clusters/mod.ts";
import { MAX_COLLECTION_SIZE } from "../graph/mod.ts";
import { Discovery, mayAccess, settledIn } from "../kube/mod.ts";
import { tryBuild } from "../publish/mod.ts";
import { ExpansionCache } from "../reconcile/mod.ts";
import { Changes } from "./changes.ts";
import type { CauseView } from "./causes.ts";
import { CONTROLLER_DEFAULTS } from "./defaults.ts";
import { logBlocked } from "./event_loop.ts";
import type { DefinitionView } from "./definition.ts";
import { GraphController } from "./graphs/graph_controller.ts";
import { RightsReview } from "./graphs/rights_review.ts";
import { GraphStates } from "./graphs/states.ts";
import { HeapGuard, heapLimit, heapLimits, logHeapLimit } from "./heap.ts";
import { EventRecorder } from "./instances/event_recorder.ts";
import { InstancePool } from "./instances/pool.ts";
import { Leadership } from "./lease/leadership.ts";
import { Metrics } from "./metrics/metrics.ts";
import { Observer } from "./observe/observer.ts";
import type { ControllerOptions } from "./options.ts";
import { RESYNC_MS } from "./queue/options.ts";
import { passHealth } from "./queue/pass_health.ts";
import { Sweeps } from "./sweeps.ts";
import type {
  Change,
  ControllerView,
  Facts,
  GraphRightsView,
  GraphView,
  InstanceView,
  NodeObject,
  ServedGraphs,
  Standby,
} from "./view.ts";
import { logIncomparable } from "./incomparable.ts";
import { watchFailures } from "./watch_failures.ts";

const logger = getLogger(["kro", "controller"]);

/**
 * The operator, which reconciles RGDs and their instances until it is stopped. The operator owns the client,
 * the caches, the controllers, the full resyncs and the metrics. All requests pass through a gate. With
 * leader election, the gate refuses writes while this process is not the leader. An operator can be started
 * once and stopped once.
 *
 * @example
 * ```ts
 * import type { KubeClient } from "../kube/mod.ts";
 * import { Controller } from "./mod.ts";
 *
 * function start(client: KubeClient): Controller {
 *   const lease = { elect: true, namespace: "kro-system" };
 *   const controller = new Controller({ client, version: "v0.9.4", podId: "pod-1", lease });
 *   controller.start();
 *   return controller;
 * }
 * ```
 */
export class Controller implements ControllerView {
  readonly #metrics: Metrics;
  readonly #children: ChildCaches;
  readonly #externals: ExternalCaches;
  readonly #pool: InstancePool;
  readonly #graphs: GraphController;
  readonly #rights: RightsReview;
  readonly #observer?: Observer;
  readonly #states: GraphStates;
  readonly #sweeps: Sweeps;
  readonly #leadership: Leadership;
  readonly #changes = new Changes();
  #endSampling = () => {};
  /** The kind of the object in the last watch event, for the log line about a blocked event loop. */
  #lastEvent?: KindRef;
  readonly #warmup: boolean;
  readonly #passDeadlineMs: number;
  readonly #heapFull?: () => void;
  #state: "new" | "running" | "ready" | "stopping" | "stopped" = "new";

  /** Creates the operator. The first request is sent by {@link start}. */
  constructor(options: ControllerOptions) {
    const { version, podId, observe = false } = options;
    const maxCollectionSize = options.maxCollectionSize ?? MAX_COLLECTION_SIZE;
    this.#warmup = options.warmup ?? false;
    this.#heapFull = options.heapFull;
    this.#passDeadlineMs = options.passDeadlineMs ?? CONTROLLER_DEFAULTS.passDeadlineMs;
    this.#leadership = new Leadership(options.client, { ...options.lease, observe }, {
      acquired: () => this.#work(),
      lost: () => inBackground("pause", this.#pool.pause()),
    });
    const leadership = this.#leadership;
    const client = options.client.behind({
      withholds: (write) => leadership.withholds(write),
      get writes() {
        return leadership.writes;
      },
      forbidden: (resource) => this.#rights.forbidden(resource),
    });
    this.#rights = new RightsReview({
      mayAccess: (access) => mayAccess(client, access),
      reviewed: (graph, warning) => this.#graphs.rightsReviewed(graph, warning),
      allowCrdDeletion: options.allowCrdDeletion,
      recheckMs: options.rightsRecheckMs,
    });
    const now = () => new Date();
    const changed = (change: Change) => this.#changes.emit(change);
    const discovery = new Discovery(client);
    this.#metrics = options.metrics ?? new Metrics();
    const { schemas: lookups } = this.#metrics;
    const routed = (kind: KindRef, woke: boolean) => {
      this.#lastEvent = kind;
      this.#metrics.routed(kind, woke);
    };
    const schemas = new ClusterSchemas(client, discovery, undefined, lookups);
    const watchFailed = watchFailures("controller");
    const children = new ChildCaches(client, schemas, watchFailed, routed, logIncomparable);
    const externals = new ExternalCaches(client, watchFailed, routed);
    this.#children = children;
    this.#externals = externals;
    const observer = observe
      ? new Observer({
        schemas,
        now,
        secretInputs: (kind) => this.#states.secretInputs(kind),
      })
      : undefined;
    this.#observer = observer;
    const workers = options.instanceWorkers ?? CONTROLLER_DEFAULTS.instanceWorkers;
    this.#pool = new InstancePool({
      parts: {
        client,
        discovery,
        schemas,
        children,
        externals,
        reverts: new RevertBackoff(),
        locks: new KeyedMutex(),
        liveLists: new LiveLists(client),
      },
      context: {
        now,
        version,
        podId,
        maxCollectionSize,
        expansions: new ExpansionCache(),
        costs: options.costs,
        celTotals: this.#metrics.cel,
      },
      metrics: this.#metrics,
      observer,
      events: options.conditionEvents && !observe ? new EventRecorder(client, now) : undefined,
      requeueMs: options.instanceRequeueMs ?? CONTROLLER_DEFAULTS.instanceRequeueMs,
      syncTimeoutMs: options.syncTimeoutMs ?? CONTROLLER_DEFAULTS.syncTimeoutMs,
      workers,
      // A changed graph requeues all of its instances. The requeued instances may occupy only a few workers,
      // so that other work is not delayed.
      background: Math.max(1, Math.floor(workers / 16)),
      minDelayMs: options.retryMinMs,
      maxDelayMs: options.retryMaxMs,
      retryRate: options.retryRate,
      maxRetries: options.maxRetries,
      returnMs: options.resyncMs || RESYNC_MS,
      mayWrite: () => this.#leadership.mayWork,
      changed,
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
      workers: options.graphWorkers ?? CONTROLLER_DEFAULTS.graphWorkers,
      progressMs: options.graphProgressMs ?? CONTROLLER_DEFAULTS.graphProgressMs,
      // The review of permissions sends create requests, which an observing operator must not send.
      rights: observe ? undefined : this.#rights,
      observer,
      leads: () => this.#leadership.mayWork,
      changed,
    });
    this.#states = new GraphStates({
      graphs: this.#graphs,
      pool: this.#pool,
      rights: this.#rights,
      observer,
      limits: { maxCollectionSize, costs: options.costs },
      build: (rgd) => tryBuild(rgd, { schemas, compile: options.compile }),
    });
    this.#sweeps = new Sweeps({
      stores: () => children.stores(),
      sweep: (store, waits) => this.#sweep(store, waits),
      periodMs: options.resyncMs ?? RESYNC_MS,
    });
    this.#metrics.setServer(client.config.server);
    this.#metrics.watch({
      instances: this.#pool.queue,
      graphs: this.#graphs.queue,
      served: () => this.#pool.served,
      interests: () => externals.interests(),
      schemas: () => schemas.size,
      leads: () => this.#leadership.held,
      conditions: options.conditionMetrics ? () => this.#pool.conditions() : undefined,
      observer,
    });
  }

  /**
   * Starts to acquire the Lease, and starts the watches and queues. With leader election, the watches and
   * queues start when this process holds the Lease. The CRDs of kro itself must exist.
   *
   * @throws {Error} The operator was started before.
   */
  start(): void {
    if (this.#state !== "new") throw new Error("a controller is started once");
    this.#state = "running";
    const limits = heapLimits();
    const heap = new HeapGuard(heapLimit(limits), this.#heapFull);
    this.#endSampling = this.#metrics.sample((ms) => {
      logBlocked(ms, [this.#pool.queue, this.#graphs.queue], this.#lastEvent);
      heap.check();
    });
    this.#leadership.start();
    if (!this.#leadership.elects) this.#work();
    else if (this.#warmup) this.#graphs.start();
    logHeapLimit(limits);
    logger.info("controller started");
    if (this.#observer) logger.info("kro only observes: it holds no Lease and sends no write");
  }

  #work(): void {
    if (this.#state === "stopping" || this.#state === "stopped") return;
    this.#pool.start();
    this.#graphs.start();
    this.#sweeps.start();
  }

  async #sweep({ kind: ref }: ChildReader, waits: SweepWaits): Promise<void> {
    const kind = groupKind(ref);
    try {
      const { compared, missed } = await this.#children.sweep(ref, waits);
      this.#metrics.swept(ref, compared, missed);
      if (missed > 0) {
        logger.warn("the watch of {kind} missed {missed} changes, found by the resync", {
          kind,
          missed,
        });
      }
    } catch (error) {
      if (this.#state === "stopping" || this.#state === "stopped") return;
      logger.warn("resync of {kind} failed: {error}", { kind, error: errorText(error) });
    }
  }

  /**
   * Stops the operator in this order: readiness fails immediately, no new pass starts, running passes end,
   * the watches stop, and the Lease is released. If passes take too long, their further requests are refused,
   * and at last their requests in flight are aborted. No write is sent after the Lease is released.
   *
   * @param graceMs The time for the whole shutdown, in milliseconds; unlimited by default.
   */
  async stop(graceMs = Infinity): Promise<void> {
    this.#state = "stopping";
    this.#sweeps.stop();
    this.#rights.stop();
    const work = Promise.all([this.#graphs.stop(), this.#pool.stop()]);
    // The last part of the grace period is reserved for requests in flight, for the release of the Lease and
    // for the exit of the process.
    const reserve = Math.min(5000, graceMs / 2);
    if (!await settledIn(graceMs - reserve, work)) {
      logger.warn(
        "running passes are aborted: they exceed --graceful-shutdown-timeout; the next start repeats them",
      );
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

  /** Returns whether all passes meet their deadline. Only a restart of kro ends a pass that hangs. */
  health(): { healthy: boolean; problem?: string } {
    return passHealth([this.#pool.queue, this.#graphs.queue], this.#passDeadlineMs);
  }

  /**
   * Returns whether the operator is ready. Once it has been ready, it stays ready until it is stopped:
   * filling the caches of a new graph must not take the pod out of service.
   */
  readiness(): { ready: boolean; missing: string[] } {
    if (this.#state === "ready") return { ready: true, missing: [] };
    if (this.#state !== "running") {
      return { ready: false, missing: [`controller is ${this.#state}`] };
    }
    const { leads, failure } = this.#leadership;
    if (!leads && failure) return { ready: false, missing: [`lease: ${failure}`] };
    // A standby process counts as ready. Otherwise, a rolling update would never end: it stops the old pod
    // only when the new pod is ready, and the old pod holds the Lease until it stops.
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

  /** Returns the leader if this process is a standby; undefined if this process reconciles. */
  standby(): Standby | undefined {
    return this.#leadership.leads ? undefined : this.#leadership.leader;
  }

  /** The names of all graphs, sorted. */
  graphNames(): string[] {
    return this.#states.names();
  }

  /** Returns the graph of the RGD with this name; undefined when the RGD does not exist. */
  graph(name: string): GraphView | undefined {
    return this.#states.graph(name);
  }

  /** Returns the templates and the schema of a graph; undefined when no graph serves an RGD with this name. */
  definition(name: string): DefinitionView | undefined {
    return this.#states.definition(name);
  }

  /** Returns the causes of the problems of all graphs and instances. The most frequent cause is the first. */
  causes(): CauseView[] {
    return this.#states.causes();
  }

  /** Returns the permissions that a graph needs, and those kro lacks; undefined if the RGD is missing. */
  graphRights(name: string): GraphRightsView | undefined {
    return this.#states.graphRights(name);
  }

  /** Returns the sorted keys `namespace/name` of the graph's instances; undefined when the graph is unknown. */
  instanceKeys(graph: string): readonly string[] | undefined {
    return this.#states.instanceKeys(graph);
  }

  /** Returns the instance with this key; undefined when the instance does not exist. */
  instance(graph: string, key: string): InstanceView | undefined {
    return this.#states.instance(graph, key);
  }

  /** Returns the reference of an instance or of one of its objects; undefined when the object is unknown. */
  objectRef(graph: string, key: string, object?: NodeObject): ObjectRef | undefined {
    return this.#states.objectRef(graph, key, object);
  }

  /** Returns the state and the labels of an RGD; undefined when the RGD does not exist. */
  graphFacts(name: string): Facts | undefined {
    return this.#states.graphFacts(name);
  }

  /** Returns the state and the labels of an instance; undefined when the instance does not exist. */
  instanceFacts(graph: string, key: string): Facts | undefined {
    return this.#states.instanceFacts(graph, key);
  }

  /** The graphs that serve kinds at present. */
  get servedGraphs(): ServedGraphs {
    return this.#states;
  }

  /** Calls the listener after each change of a graph or an instance. Returns a function that unsubscribes. */
  subscribe(listener: (change: Change) => void): () => void {
    return this.#changes.subscribe(listener);
  }

  /** Returns all metrics in the text format of Prometheus. */
  metrics(): Promise<string> {
    return this.#metrics.text();
  }
}
