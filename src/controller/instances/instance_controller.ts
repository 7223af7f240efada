/**
 * The controller of one instance kind. Adds the instances that have to be reconciled to the work queue, and
 * runs their passes.
 */
import {
  errorText,
  inBackground,
  type KindRef,
  type KubeObject,
  type ResourceGraphDefinition,
} from "../../api/mod.ts";
import { CachedCluster, ObservedCluster } from "../../clusters/mod.ts";
import type { Graph } from "../../graph/mod.ts";
import { everyPage, within } from "../../kube/mod.ts";
import type { ServedGraph } from "../../publish/mod.ts";
import {
  isSuspended,
  type NoGraph,
  type Outcome,
  type PassContext,
  reconcile,
} from "../../reconcile/mod.ts";
import type { WorkQueue } from "../queue/queue.ts";
import type { WorkResult } from "../queue/work.ts";
import { DefaultedInstances } from "./defaulted.ts";
import { GraphCaches } from "./graph_caches.ts";
import type { InstanceDeps } from "./instance_deps.ts";
import { InstanceWatch } from "./instance_watch.ts";
import { InstanceWrites } from "./instance_writes.ts";
import { failureOf, InstanceRecords, stateOf } from "./records.ts";
import { pollMs, type Ran } from "./requeue.ts";
import { InstanceStates } from "./states.ts";
import { StatusPace } from "./status_pace.ts";
import { instanceKey, InstanceStore } from "./store.ts";

/** How the controller handles the instances of the kind at present. */
type Mode =
  | { kind: "graph"; served: ServedGraph; rgd: ResourceGraphDefinition }
  /** No revision of the RGD compiles, so only the reason is written to the status of the instances. */
  | { kind: "unresolved"; rgd: ResourceGraphDefinition; reason: string }
  /** The RGD was deleted, so only deletions of instances are processed. */
  | { kind: "deletions" };

/**
 * Watches the instances of one kind, and adds each instance that has to be reconciled to the shared work
 * queue. A worker of the queue then calls {@link InstanceController.pass}. The graph can be replaced while
 * the controller is running.
 */
export class InstanceController {
  /** The kind of the instances that the controller reconciles. */
  readonly kind: KindRef;
  readonly #deps: InstanceDeps;
  readonly #queue: Pick<WorkQueue, "add" | "addBackground">;
  readonly #caches: GraphCaches;
  readonly #store = new InstanceStore((key) => this.#queue.add(this.queueKey(key)));
  readonly #records: InstanceRecords;
  /** The instances as the JSON API shows them. */
  readonly states: InstanceStates;
  readonly #defaulted = new DefaultedInstances();
  readonly #paces = new Map<string, StatusPace>();
  /**
   * The UIDs of instances that no longer need a pass: a pass found the instance deleted, or removed kro's
   * finalizer from it. A UID is kept until the DELETED event of the instance arrives.
   */
  readonly #gone = new Set<string>();
  /** The UIDs of instances whose deletion began before this process ran a pass over them. */
  readonly #unobserved = new Set<string>();
  /** The passes that are running at present. */
  readonly #running = new Set<Promise<unknown>>();
  readonly #watch: InstanceWatch;
  #mode: Mode = { kind: "deletions" };

  /**
   * Creates the controller without a watch. The keys that the controller adds to `queue` come from
   * {@link queueKey}.
   */
  constructor(
    kind: KindRef,
    deps: InstanceDeps,
    queue: Pick<WorkQueue, "add" | "addBackground">,
  ) {
    this.kind = kind;
    this.#deps = deps;
    this.#queue = queue;
    this.#caches = new GraphCaches(kind, deps.parts, deps.metrics.cacheSynced);
    const { events, context: { now }, mayWrite, observer } = deps;
    const isQuiet = observer !== undefined;
    this.#records = new InstanceRecords({ kind, events, now, mayWrite, isQuiet });
    this.states = new InstanceStates(kind, this.#store, this.#records, observer);
    this.#watch = new InstanceWatch(kind, deps, {
      added: (object) => this.#observed(object, "add"),
      modified: (object) => this.#observed(object, "update"),
      deleted: (object) => this.#deleted(object),
    });
  }

  /** The number of instances of the kind. */
  get size(): number {
    return this.#store.size;
  }

  /** The caches that are not synced, as readiness reports them. A kind that kro may not watch is left out. */
  get missing(): string[] {
    return this.#watch.missing;
  }

  /**
   * Reconciles instances with the graph `served` from now on, and requeues all instances if the graph is new.
   * Rejects when the caches are not synced in time; the previous graph then stays in use.
   */
  async serve(served: ServedGraph, rgd: ResourceGraphDefinition): Promise<void> {
    const before = this.#mode;
    await this.#fill(served.graph);
    this.#defaulted.use(served.graph);
    this.#setMode({ kind: "graph", served, rgd });
    await this.#watch.synced();
    const same = before.kind === "graph" && before.served === served &&
      before.rgd.metadata.uid === rgd.metadata.uid && isSuspended(before.rgd) === isSuspended(rgd);
    if (!same) this.#all();
  }

  /**
   * Fills the caches that `graph` needs, without using the graph. Rejects in the same cases as {@link serve}.
   */
  async warm(graph: Graph): Promise<void> {
    await this.#fill(graph);
    if (this.#mode.kind !== "graph") this.#caches.keepOnly(graph);
    await this.#watch.synced();
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

  /**
   * If the graph reads kubectl's last-applied annotation, stores the annotation of each instance from now on.
   * Until now, the annotation was dropped from the stored instances, so the instances are listed again. If
   * the graph does not read the annotation, does nothing.
   */
  async #keepLastApplied({ readsLastApplied }: Graph): Promise<void> {
    if (!readsLastApplied || this.#store.keepsLastApplied) return;
    this.#store.keepsLastApplied = true;
    if (this.#store.size === 0) return;
    const namespaces = () => new Set(this.#store.keys().map((key) => key.split("/")[0]!));
    for await (const { items } of everyPage(this.#deps.parts.client, this.kind, {}, namespaces)) {
      for (const item of items) this.#store.refresh(item);
    }
  }

  /** Writes to the status of all instances why no revision of the RGD compiles. */
  async serveUnresolved(rgd: ResourceGraphDefinition, reason: string): Promise<void> {
    const before = this.#mode;
    if (before.kind === "unresolved" && before.reason === reason) return;
    this.#setMode({ kind: "unresolved", rgd, reason });
    await this.#watch.synced();
    this.#all();
  }

  /** Processes only deletions of instances from now on, because the RGD was deleted. */
  async serveDeletions(): Promise<void> {
    this.#setMode({ kind: "deletions" });
    await this.#watch.synced();
    this.#all();
  }

  /**
   * Processes only deletions of instances until a further call of {@link serve} or {@link serveUnresolved}. The
   * caches stay filled. Called when this process has become the leader, because another leader may have served
   * a newer revision since this process chose its graph.
   */
  awaitGraph(): void {
    this.#mode = { kind: "deletions" };
  }

  /** Stops the watch and releases the caches. */
  async stop(): Promise<void> {
    const stopped = this.#watch.stop();
    this.#caches.releaseAll();
    // A running pass may still register interests in external objects, so the instances are dropped only
    // after the last pass.
    const forget = () => this.#store.keys().forEach((key) => this.#forget(key));
    inBackground("release of interests", Promise.allSettled(this.#running).then(forget));
    await stopped;
  }

  /**
   * Requeues an instance. Does nothing if the instance does not exist. For a cluster-scoped kind, a given
   * namespace is ignored, because it comes from a label that another client added to an object.
   */
  wake({ namespace, name }: { namespace?: string; name: string }): void {
    const key = instanceKey(this.kind.namespaced ? { namespace, name } : { name });
    if (this.#store.get(key)) this.#queue.add(this.queueKey(key));
  }

  /**
   * Returns the key of an instance in the shared queue, which is unique across all kinds.
   *
   * @param key The {@link instanceKey} of the instance.
   */
  queueKey(key: string): string {
    return `${this.#crd}|${key}`;
  }

  /**
   * Runs one pass over the instance, which is one reconciliation of the instance.
   *
   * @param givenKey The {@link instanceKey} of the instance.
   */
  async pass(givenKey: string): Promise<WorkResult> {
    // The given key is a slice of the key in the queue. Storing the slice would keep the whole string in
    // memory, so the store's own copy of the key is used.
    const key = this.#store.ownKey(givenKey);
    const instance = this.#store.get(key);
    if (!instance || this.#gone.has(instance.metadata.uid!)) {
      if (!instance) this.#forget(key);
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

  /** Drops everything that is stored for an instance that no longer exists. */
  #forget(key: string): void {
    const { children, externals } = this.#deps.parts;
    this.#records.forget(key);
    this.#paces.delete(key);
    this.#deps.observer?.forget(this.kind, key);
    children.forget(this.queueKey(key));
    externals.keep(this.queueKey(key), []);
  }

  /** The graph that passes use now. */
  get #graph(): Graph | undefined {
    return this.#mode.kind === "graph" ? this.#mode.served.graph : undefined;
  }

  get #crd(): string {
    return `${this.kind.plural}.${this.kind.group}`;
  }

  async #run(key: string, found: KubeObject): Promise<Ran> {
    const { observer, parts, context: { now } } = this.#deps;
    const instance = this.#defaulted.of(found);
    const writes = new InstanceWrites(this.#store, key);
    const observed = observer && new ObservedCluster(parts, this.queueKey(key), instance, now);
    const cluster = observed ?? new CachedCluster(parts, this.queueKey(key), writes);
    const graph = this.#graph;
    let complete = false;
    let outcome: Outcome | undefined;
    try {
      outcome = await this.#runOn(key, cluster, instance);
      complete = outcome.next.kind !== "retry";
      const pass = observed && { kind: this.kind, graph, instance, cluster: observed };
      const recorded = pass && await observer!.passed(key, pass);
      const { isNew, afterMs: compareMs } = recorded ?? {};
      return { outcome, graph, isPolled: cluster.isPolled, isNew, compareMs };
    } finally {
      cluster.finish(complete);
      writes.end(observed ? undefined : outcome?.instance);
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
    const { deletionTimestamp, uid = "" } = instance.metadata;
    if (deletionTimestamp !== undefined && !this.#records.has(key)) this.#unobserved.add(uid);
    const context: PassContext = {
      ...this.#deps.context,
      beforeStatus: (found) =>
        this.#records.found(key, this.#store.get(key) ?? instance, found, used),
      statusPace: this.#deps.observer ? undefined : pace,
      isUnobserved: this.#unobserved.has(uid),
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
    const { metrics, observer, requeueMs } = this.#deps;
    const { outcome, graph } = ran;
    metrics.pass(this.kind, outcome, seconds);
    const isChanged = observer ? ran.isNew : outcome.state !== stateOf(before);
    if (!observer) metrics.instanceState(this.kind, stateOf(before), outcome.state);
    const stored = this.#store.get(key);
    const { uid } = before.metadata;
    // The UID is added only while the store contains the instance, because only a later DELETED event removes
    // the UID from `#gone`.
    if (!outcome.instance && stored?.metadata.uid === uid) this.#gone.add(uid!);
    const hasNewResults = this.#records.passed(key, { outcome, graph, seconds, before, stored });
    if (outcome.instance && (hasNewResults || isChanged)) this.#changed(before, outcome.state);
    const failed = failureOf(outcome) !== undefined;
    const waits = [pollMs(ran, requeueMs), outcome.requeueAfterMs, ran.compareMs];
    const afterMs = Math.min(...waits.filter((ms) => ms !== undefined));
    if (afterMs === Infinity) return failed ? "retry" : "done";
    return { afterMs, failed };
  }

  /**
   * Sets the mode for new passes. The caches of the old mode are released when the last pass that uses the
   * old mode has ended.
   */
  #setMode(mode: Mode): void {
    this.#mode = mode;
    const release = () => {
      if (this.#mode !== mode || this.#watch.isStopped) return;
      if (mode.kind === "graph") this.#caches.keepOnly(mode.served.graph);
      else if (mode.kind === "unresolved") this.#caches.releaseReads();
      // Deleting an instance needs only its inventory, so neither the graph nor the caches are needed any
      // more.
      else this.#caches.releaseAll();
    };
    inBackground("release of caches", Promise.allSettled(this.#running).then(release));
  }

  #observed(object: KubeObject, event: "add" | "update"): void {
    const key = instanceKey(object.metadata);
    // With `--observe`, the difference may be a status that another controller has now written. A changed
    // status alone does not requeue an instance, so an instance with a difference is requeued here.
    const isCompared = this.#deps.observer?.differs(this.kind, key) ?? false;
    if (!this.#store.observe(object) && !isCompared) return;
    this.#deps.metrics.instanceEvent(this.kind, event);
    this.#queue.add(this.queueKey(key));
  }

  #deleted(object: KubeObject): void {
    this.#store.remove(object);
    this.#gone.delete(object.metadata.uid!);
    this.#unobserved.delete(object.metadata.uid!);
    this.#deps.events?.forget(object.metadata.uid!);
    this.#deps.metrics.instanceEvent(this.kind, "delete");
    this.#changed(object, "DELETED");
    this.#queue.add(this.queueKey(instanceKey(object.metadata)));
  }

  #changed({ metadata: { namespace = "", name } }: KubeObject, state: string): void {
    const graph = this.#mode.kind === "deletions" ? undefined : this.#mode.rgd.metadata.name;
    this.#deps.changed?.({ type: "instance", graph, namespace, name, state });
  }

  #all(): void {
    for (const key of this.#store.keys()) this.#queue.addBackground(this.queueKey(key));
  }
}
