/** Keeps the instances of one kind: watches them and runs a pass over each that something happened to. */
import { getLogger, type Logger } from "@logtape/logtape";
import {
  ApiError,
  errorText,
  groupKind,
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
import type { InstanceEvents } from "./event_recorder.ts";
import { GraphCaches } from "./graph_caches.ts";
import { failureOf, InstanceRecords, stateOf } from "./records.ts";
import { StatusPace } from "./status_pace.ts";
import { instanceKey, InstanceStore } from "./store.ts";

/** What instance controllers share. */
export interface InstanceDeps {
  /** What the clusters of passes are made of. */
  parts: Omit<CachedParts, "onInstance" | "onPatch" | "onUnsure">;
  /** What passes are told from outside; graph and RGD are filled in here. */
  context: Omit<PassContext, "rgdUid" | "instanceRevision">;
  /** Counts. */
  metrics: Metrics;
  /** Tells what passes did; absent unless that is asked for. */
  events?: InstanceEvents;
  /** Delay of the next look where no watch can tell; 0 for ten seconds. */
  requeueMs: number;
  /** How long starting waits for the caches, upstream's 30 s. */
  syncTimeoutMs: number;
  /** Whether writes leave at present; a pass that fails because they do not is no news. */
  mayWrite: () => boolean;
}

/** By what instances are served at the moment. */
type Mode =
  | { kind: "graph"; served: ServedGraph; rgd: ResourceGraphDefinition }
  /** The RGD is there, but no graph of it is good. */
  | { kind: "unresolved"; rgd: ResourceGraphDefinition; reason: string }
  /** The RGD is gone: instances stay as they are until they are deleted. */
  | { kind: "deletions" };

/** A pass, and whether it depends on what no watch tells of. */
interface Ran {
  outcome: Outcome;
  /** By which it went. */
  graph: Graph | undefined;
  isPolled: boolean;
}

/** When to look again without a requeue interval, and at objects that are as they should be. */
const POLL_MS = { waiting: 10_000, converged: 30_000 };

/** See the file's first line. */
export class InstanceController {
  /** The kind of the instances. */
  readonly kind: KindRef;
  readonly #deps: InstanceDeps;
  readonly #queue: Pick<WorkQueue, "add" | "addBackground">;
  readonly #caches: GraphCaches;
  readonly #store = new InstanceStore();
  readonly #records: InstanceRecords;
  readonly #paces = new Map<string, StatusPace>();
  /** Instances that a pass saw the end of, until their event comes. */
  readonly #gone = new Set<string>();
  /** Passes under way. */
  readonly #running = new Set<Promise<unknown>>();
  readonly #stop = new AbortController();
  readonly #reflector: Reflector;
  readonly #logger: Logger = getLogger(["kro", "instance"]);
  #mode: Mode = { kind: "deletions" };
  #watch?: Promise<void>;
  #watchFailure?: string;
  #watchRefused = false;

  /** Watches nothing yet; the queue takes {@link queueKey}s of instances to look at. */
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

  /** How many instances are known. */
  get size(): number {
    return this.#store.size;
  }

  /** Caches that are not complete, as readiness tells them; what kro may not watch holds up no other kind. */
  get missing(): string[] {
    if (this.#reflector.hasSynced || this.#watchRefused) return [];
    return [`cache of ${this.#crd} is not synced`];
  }

  /**
   * Serves instances by this graph from now on, and looks at all of them when it is another one. Rejects
   * when the caches are not complete in time; the graph before goes on serving until it is called again.
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

  /** Fills the caches that serving this graph will need; serves as before. Rejects as `serve` does. */
  async warm(graph: Graph): Promise<void> {
    await this.#fill(graph);
    if (this.#mode.kind !== "graph") this.#caches.settle(graph);
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
      if (!serves) this.#caches.abandon(graph);
      throw error;
    }
    await this.#keepLastApplied(graph);
  }

  /** What was not kept of instances is read by one list, if this graph is the first to look at it. */
  async #keepLastApplied({ readsLastApplied }: Graph): Promise<void> {
    if (!readsLastApplied || this.#store.keepsLastApplied) return;
    this.#store.keepsLastApplied = true;
    if (this.#store.size === 0) return;
    const namespaces = () => new Set(this.#store.keys().map((key) => key.split("/")[0]!));
    for await (const { items } of everyPage(this.#deps.parts.client, this.kind, {}, namespaces)) {
      for (const item of items) this.#store.refresh(item);
    }
  }

  /** Tells instances that there is no good graph, and why. */
  async serveUnresolved(rgd: ResourceGraphDefinition, reason: string): Promise<void> {
    const before = this.#mode;
    if (before.kind === "unresolved" && before.reason === reason) return;
    this.#setMode({ kind: "unresolved", rgd, reason });
    await this.#watchInstances();
    this.#all();
  }

  /** Only deletes from now on: the RGD is gone. */
  async serveDeletions(): Promise<void> {
    this.#setMode({ kind: "deletions" });
    await this.#watchInstances();
    this.#all();
  }

  /** Ends the watch, and the use of caches. */
  async stop(): Promise<void> {
    this.#stop.abort();
    this.#caches.release();
    await this.#watch;
  }

  /** Looks at the instance again, if it is there. */
  wake(at: { namespace?: string; name: string }): void {
    const key = instanceKey(at);
    if (this.#store.get(key)) this.#queue.add(this.queueKey(key));
  }

  /** The key of an instance over all kinds. */
  queueKey(key: string): string {
    return `${this.#crd}|${key}`;
  }

  /** One pass over the instance of that {@link instanceKey}. */
  async pass(givenKey: string): Promise<WorkResult> {
    // The queue's key is a part of a longer text, which would be held with it.
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

  /** All instances as the JSON API shows them. */
  views(): InstanceView[] {
    return this.#store.keys().map((key) => this.#records.view(key, this.#store.get(key)!))
      .sort((a, b) => compare(a.namespace, b.namespace) || compare(a.name, b.name));
  }

  /** By which passes go at present. */
  get #graph(): Graph | undefined {
    return this.#mode.kind === "graph" ? this.#mode.served.graph : undefined;
  }

  get #crd(): string {
    return `${this.kind.plural}.${this.kind.group}`;
  }

  async #run(key: string, instance: KubeObject): Promise<Ran> {
    const onInstance = (written: KubeObject, patched: boolean) =>
      this.#store.learn(written, patched);
    const onPatch: CachedParts["onPatch"] = (state, revision) => {
      if (state === "sent") this.#store.patching(key);
      else if (this.#store.patched(key, revision)) this.#queue.add(this.queueKey(key));
    };
    const onUnsure = () => this.#store.unsure(key);
    const parts = { ...this.#deps.parts, onInstance, onPatch, onUnsure };
    const cluster = new CachedCluster(parts, this.queueKey(key));
    const graph = this.#graph;
    let complete = false;
    try {
      const outcome = await this.#runOn(key, cluster, instance);
      complete = outcome.next.kind !== "retry";
      return { outcome, graph, isPolled: cluster.isPolled };
    } finally {
      cluster.finish(complete);
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
    const context: PassContext = {
      ...this.#deps.context,
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
    if (outcome.instance) this.#store.learn(outcome.instance);
    else this.#gone.add(before.metadata.uid!);
    const stored = this.#store.get(key);
    this.#records.passed(key, { outcome, graph, seconds, before, stored });
    const failed = failureOf(outcome) !== undefined;
    const waits = [this.#lookAgainMs(ran), outcome.requeueAfterMs];
    const afterMs = Math.min(...waits.filter((ms) => ms !== undefined));
    if (afterMs === Infinity) return failed ? "retry" : "done";
    return { afterMs, failed };
  }

  /** Watches tell of nearly everything; of the rest nobody does. */
  #lookAgainMs({ outcome: { next }, isPolled }: Ran): number | undefined {
    const { requeueMs } = this.#deps;
    if (next.kind === "wait" && next.timed) return requeueMs || POLL_MS.waiting;
    if (!isPolled || next.kind === "retry") return undefined;
    return next.kind === "wait" ? requeueMs || POLL_MS.waiting : POLL_MS.converged;
  }

  /** Passes begin with the new mode; caches let go of what the old one needs when its last pass ended. */
  #setMode(mode: Mode): void {
    this.#mode = mode;
    void Promise.allSettled(this.#running).then(() => {
      if (this.#mode !== mode || this.#stop.signal.aborted) return;
      if (mode.kind === "graph") this.#caches.settle(mode.served.graph);
      else if (mode.kind === "unresolved") this.#caches.forget();
      // Deleting works from the inventory, also in a controller that never knew the graph.
      else this.#caches.release();
    });
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
    // Just after its CRD came up, the kind is not served for a moment.
    if (message === this.#watchFailure || (!this.#watchFailure && isNotFound(error))) {
      this.#watchFailure ??= message;
      return;
    }
    this.#watchFailure = message;
    const kind = groupKind(this.kind);
    this.#logger.warn("watch of {kind} failed and is tried again: {error}", {
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
