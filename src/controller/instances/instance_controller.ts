/** The controller of one instance kind: watches the instances and runs a pass over each that needs one. */
import { getLogger, type Logger } from "@logtape/logtape";
import {
  ApiError,
  errorText,
  groupKind,
  inBackground,
  isNotFound,
  type KindRef,
  type KubeObject,
  type ResourceGraphDefinition,
} from "../../api/mod.ts";
import { CachedCluster, type CachedParts } from "../../clusters/mod.ts";
import type { Graph } from "../../graph/mod.ts";
import { everyPage, Reflector, within } from "../../kube/mod.ts";
import type { ServedGraph } from "../../publish/mod.ts";
import {
  isSuspended,
  type NoGraph,
  type Outcome,
  type PassContext,
  reconcile,
} from "../../reconcile/mod.ts";
import type { Metrics } from "../metrics/metrics.ts";
import type { WorkQueue, WorkResult } from "../queue.ts";
import type { InstanceView } from "../view.ts";
import type { EventRecorder } from "./event_recorder.ts";
import { GraphCaches } from "./graph_caches.ts";
import { InstanceWrites } from "./instance_writes.ts";
import { failureOf, InstanceRecords, stateOf } from "./records.ts";
import { StatusPace } from "./status_pace.ts";
import { instanceKey, InstanceStore } from "./store.ts";

/** The dependencies that the controllers of all kinds share. */
export interface InstanceDeps {
  /** The shared parts of the passes' {@link CachedCluster}s. */
  parts: CachedParts;
  /** The context of all passes; each pass adds its graph and RGD. */
  context: Omit<PassContext, "rgdUid" | "instanceRevision">;
  /** Counts passes and events. */
  metrics: Metrics;
  /** Writes Kubernetes Events; absent unless the feature gate is on. */
  events?: EventRecorder;
  /** Requeue interval of instances that wait for an unwatched change, in milliseconds; 0 means 10 s. */
  requeueMs: number;
  /** How long serving a graph waits for its caches, in milliseconds. Upstream waits 30 s. */
  syncTimeoutMs: number;
  /** Whether this controller may write now. A pass that fails because it may not is not logged. */
  mayWrite: () => boolean;
}

/** How the instances of the kind are reconciled. */
type Mode =
  | { kind: "graph"; served: ServedGraph; rgd: ResourceGraphDefinition }
  /** No revision of the RGD compiles. */
  | { kind: "unresolved"; rgd: ResourceGraphDefinition; reason: string }
  /** The RGD is deleted: only deletions of instances are processed. */
  | { kind: "deletions" };

/** A pass that ended. */
interface Ran {
  outcome: Outcome;
  /** The graph that it used. */
  graph: Graph | undefined;
  /** The pass used kinds that are not watched. */
  isPolled: boolean;
}

/**
 * Requeue intervals in milliseconds. `waiting` replaces a `requeueMs` of 0. `converged` applies to converged
 * instances that have objects of kinds that are not watched.
 */
const POLL_MS = { waiting: 10_000, converged: 30_000 };

/**
 * Watches the instances of one kind and adds those that need a pass to the pool's queue, which calls
 * {@link InstanceController.pass}. The graph that passes use can be replaced while the controller runs.
 */
export class InstanceController {
  /** The kind of the instances. */
  readonly kind: KindRef;
  readonly #deps: InstanceDeps;
  readonly #queue: Pick<WorkQueue, "add" | "addBackground">;
  readonly #caches: GraphCaches;
  readonly #store = new InstanceStore((key) => this.#queue.add(this.queueKey(key)));
  readonly #records: InstanceRecords;
  readonly #paces = new Map<string, StatusPace>();
  /** UIDs of instances that a pass found gone or released, until their DELETED event arrives. */
  readonly #gone = new Set<string>();
  /** The passes that are running. */
  readonly #running = new Set<Promise<unknown>>();
  readonly #stop = new AbortController();
  readonly #reflector: Reflector;
  readonly #logger: Logger = getLogger(["kro", "instance"]);
  #mode: Mode = { kind: "deletions" };
  #watch?: Promise<void>;
  #watchFailure?: string;
  #watchRefused = false;

  /** Watches nothing yet. Keys on the queue are {@link queueKey}s. */
  constructor(
    kind: KindRef,
    deps: InstanceDeps,
    queue: Pick<WorkQueue, "add" | "addBackground">,
  ) {
    this.kind = kind;
    this.#deps = deps;
    this.#queue = queue;
    this.#caches = new GraphCaches(kind, deps.parts, deps.metrics.cacheSynced);
    const { events, context: { now }, mayWrite } = deps;
    this.#records = new InstanceRecords({ kind, events, now, mayWrite });
    this.#reflector = new Reflector(deps.parts.client, kind, {
      onError: (error) => this.#watchFailed(error),
    }, {
      added: (object) => this.#observed(object, "add"),
      modified: (object) => this.#observed(object, "update"),
      deleted: (object) => this.#deleted(object),
      synced: () => this.#watchFailure = undefined,
    });
  }

  /** The number of instances. */
  get size(): number {
    return this.#store.size;
  }

  /** Caches that are not synced, as readiness reports them. Kinds that kro may not watch are left out. */
  get missing(): string[] {
    if (this.#reflector.hasSynced || this.#watchRefused) return [];
    return [`cache of ${this.#crd} is not synced`];
  }

  /**
   * Reconciles instances by this graph from now on. Requeues all of them if the graph is new. Rejects when the
   * caches are not synced in time; then the previous graph stays in use.
   */
  async serve(served: ServedGraph, rgd: ResourceGraphDefinition): Promise<void> {
    const before = this.#mode;
    await this.#fill(served.graph);
    this.#setMode({ kind: "graph", served, rgd });
    await this.#watchInstances();
    const same = before.kind === "graph" && before.served === served &&
      before.rgd.metadata.uid === rgd.metadata.uid && isSuspended(before.rgd) === isSuspended(rgd);
    if (!same) this.#all();
  }

  /** Fills the caches that this graph needs, without using it. Rejects as {@link serve} does. */
  async warm(graph: Graph): Promise<void> {
    await this.#fill(graph);
    if (this.#mode.kind !== "graph") this.#caches.keepOnly(graph);
    await this.#watchInstances();
  }

  async #fill(graph: Graph): Promise<void> {
    const { parts: { children, externals }, syncTimeoutMs } = this.#deps;
    try {
      await within(syncTimeoutMs, this.#caches.fill(graph), () => {
        const unsynced = [...children.unsynced(), ...externals.unsynced()];
        return `caches are not synced in time: ${unsynced.join(", ")}`;
      });
    } catch (error) {
      const serves = this.#mode.kind === "graph" && this.#mode.served.graph === graph;
      if (!serves) this.#caches.cancel(graph);
      throw error;
    }
    await this.#keepLastApplied(graph);
  }

  /** Lists the instances when the first graph reads kubectl's last-applied annotation, which was not kept. */
  async #keepLastApplied({ readsLastApplied }: Graph): Promise<void> {
    if (!readsLastApplied || this.#store.keepsLastApplied) return;
    this.#store.keepsLastApplied = true;
    if (this.#store.size === 0) return;
    const namespaces = () => new Set(this.#store.keys().map((key) => key.split("/")[0]!));
    for await (const { items } of everyPage(this.#deps.parts.client, this.kind, {}, namespaces)) {
      for (const item of items) this.#store.refresh(item);
    }
  }

  /** Reports in the instances' status why no revision of the RGD compiles. */
  async serveUnresolved(rgd: ResourceGraphDefinition, reason: string): Promise<void> {
    const before = this.#mode;
    if (before.kind === "unresolved" && before.reason === reason) return;
    this.#setMode({ kind: "unresolved", rgd, reason });
    await this.#watchInstances();
    this.#all();
  }

  /** Processes only deletions from now on, because the RGD is deleted. */
  async serveDeletions(): Promise<void> {
    this.#setMode({ kind: "deletions" });
    await this.#watchInstances();
    this.#all();
  }

  /** Ends the watch and releases the caches. */
  async stop(): Promise<void> {
    this.#stop.abort();
    this.#caches.releaseAll();
    await this.#watch;
  }

  /** Requeues an instance, if it exists. */
  wake(at: { namespace?: string; name: string }): void {
    const key = instanceKey(at);
    if (this.#store.get(key)) this.#queue.add(this.queueKey(key));
  }

  /** The queue's key of an instance, which is unique across kinds. `key` is its {@link instanceKey}. */
  queueKey(key: string): string {
    return `${this.#crd}|${key}`;
  }

  /** Runs one pass over the instance with that {@link instanceKey}. */
  async pass(givenKey: string): Promise<WorkResult> {
    // Uses the store's copy of the key, because a slice keeps the whole key of the queue in memory.
    const key = this.#store.ownKey(givenKey);
    const instance = this.#store.get(key);
    if (!instance || this.#gone.has(instance.metadata.uid!)) {
      if (!instance) {
        this.#records.forget(key);
        this.#paces.delete(key);
      }
      return "done";
    }
    const started = performance.now();
    const run = this.#run(key, instance);
    this.#running.add(run);
    try {
      const ran = await run;
      if (ran.outcome.skipped) return "done";
      return this.#finish(key, instance, ran, (performance.now() - started) / 1000);
    } catch (error) {
      this.#deps.metrics.passBroke(this.kind, error);
      this.#records.broke(key, instance, this.#graph, errorText(error));
      return "retry";
    } finally {
      this.#running.delete(run);
    }
  }

  /**
   * All instances as the JSON API shows them, sorted by namespace and name. They show the findings of a pass
   * before a client can see the status that it writes.
   */
  views(): InstanceView[] {
    return this.#store.keys().map((key) => this.#records.view(key, this.#store.get(key)!))
      .sort((a, b) => compare(a.namespace, b.namespace) || compare(a.name, b.name));
  }

  /** The keys of all instances, `namespace/name`, sorted. */
  sortedKeys(): readonly string[] {
    return this.#store.sortedKeys();
  }

  /** One instance as the JSON API shows it; see {@link views}. */
  view(key: string): InstanceView | undefined {
    const instance = this.#store.get(key);
    return instance && this.#records.view(key, instance);
  }

  /** The graph that passes use now. */
  get #graph(): Graph | undefined {
    return this.#mode.kind === "graph" ? this.#mode.served.graph : undefined;
  }

  get #crd(): string {
    return `${this.kind.plural}.${this.kind.group}`;
  }

  async #run(key: string, instance: KubeObject): Promise<Ran> {
    const writes = new InstanceWrites(this.#store, key);
    const cluster = new CachedCluster(this.#deps.parts, this.queueKey(key), writes);
    const graph = this.#graph;
    let complete = false;
    let outcome: Outcome | undefined;
    try {
      outcome = await this.#runOn(key, cluster, instance);
      complete = outcome.next.kind !== "retry";
      return { outcome, graph, isPolled: cluster.isPolled };
    } finally {
      cluster.finish(complete);
      writes.end(outcome?.instance);
    }
  }

  async #runOn(
    key: string,
    cluster: CachedCluster,
    instance: KubeObject,
  ): Promise<Outcome> {
    const mode = this.#mode;
    const pace = this.#paces.get(key) ?? new StatusPace();
    this.#paces.set(key, pace);
    const used = this.#graph;
    const context: PassContext = {
      ...this.#deps.context,
      beforeStatus: (found) =>
        this.#records.found(key, this.#store.get(key) ?? instance, found, used),
      statusPace: pace,
      rgdUid: mode.kind === "deletions" ? undefined : mode.rgd.metadata.uid,
      suspended: mode.kind === "graph" && isSuspended(mode.rgd),
      instanceRevision: mode.kind === "graph" ? mode.served.revision : undefined,
    };
    const graph: Graph | NoGraph = mode.kind === "graph"
      ? mode.served.graph
      : { instance: this.kind, unresolved: mode.kind === "unresolved" ? mode.reason : undefined };
    return await reconcile(graph, instance, cluster, context);
  }

  #finish(key: string, before: KubeObject, ran: Ran, seconds: number): WorkResult {
    const { metrics } = this.#deps;
    const { outcome, graph } = ran;
    metrics.pass(this.kind, outcome, seconds);
    metrics.instanceState(this.kind, stateOf(before), outcome.state);
    if (!outcome.instance) this.#gone.add(before.metadata.uid!);
    const stored = this.#store.get(key);
    this.#records.passed(key, { outcome, graph, seconds, before, stored });
    const failed = failureOf(outcome) !== undefined;
    const waits = [this.#requeueMs(ran), outcome.requeueAfterMs];
    const afterMs = Math.min(...waits.filter((ms) => ms !== undefined));
    if (afterMs === Infinity) return failed ? "retry" : "done";
    return { afterMs, failed };
  }

  /** Polls only what no watch covers: milliseconds until the next poll; undefined for no poll. */
  #requeueMs({ outcome: { next }, isPolled }: Ran): number | undefined {
    const { requeueMs } = this.#deps;
    if (next.kind === "wait" && next.timed) return requeueMs || POLL_MS.waiting;
    if (!isPolled || next.kind === "retry") return undefined;
    return next.kind === "wait" ? requeueMs || POLL_MS.waiting : POLL_MS.converged;
  }

  /** Sets the mode of new passes. The caches of the old mode are released when its last pass has ended. */
  #setMode(mode: Mode): void {
    this.#mode = mode;
    const release = () => {
      if (this.#mode !== mode || this.#stop.signal.aborted) return;
      if (mode.kind === "graph") this.#caches.keepOnly(mode.served.graph);
      else if (mode.kind === "unresolved") this.#caches.releaseReads();
      // A deletion needs only the inventory, not a graph or its caches.
      else this.#caches.releaseAll();
    };
    inBackground("release of caches", Promise.allSettled(this.#running).then(release));
  }

  async #watchInstances(): Promise<void> {
    const started = performance.now();
    this.#watch ??= this.#reflector.start(this.#stop.signal);
    const why = () => this.#watchFailure ? `: ${this.#watchFailure}` : "";
    const synced = this.#reflector.synced;
    const { syncTimeoutMs } = this.#deps;
    await within(syncTimeoutMs, synced, () => `cache of ${this.#crd} is not synced${why()}`);
    this.#deps.metrics.cacheSynced(this.kind, (performance.now() - started) / 1000);
  }

  #watchFailed(error: unknown): void {
    const message = errorText(error);
    this.#watchRefused = error instanceof ApiError && error.reason === "Forbidden";
    // The API server may answer NotFound for a moment after a CRD is established.
    if (message === this.#watchFailure || (!this.#watchFailure && isNotFound(error))) {
      this.#watchFailure ??= message;
      return;
    }
    this.#watchFailure = message;
    const kind = groupKind(this.kind);
    this.#logger.warn("watch of {kind} failed, retrying: {error}", {
      kind,
      error: message,
    });
  }

  #observed(object: KubeObject, event: "add" | "update"): void {
    if (!this.#store.observe(object)) return;
    this.#deps.metrics.instanceEvent(this.kind, event);
    this.#queue.add(this.queueKey(instanceKey(object.metadata)));
  }

  #deleted(object: KubeObject): void {
    this.#store.remove(object);
    this.#gone.delete(object.metadata.uid!);
    this.#deps.metrics.instanceEvent(this.kind, "delete");
    this.#queue.add(this.queueKey(instanceKey(object.metadata)));
  }

  #all(): void {
    for (const key of this.#store.keys()) this.#queue.addBackground(this.queueKey(key));
  }
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
