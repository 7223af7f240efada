/** Runs the passes of a plan over instances, and over instances of other graphs that these passes change. */
import { hostname } from "node:os";
import {
  apiVersionOf,
  FINALIZER,
  type GroupVersionKind,
  type Json,
  jsonEqual,
  type KubeObject,
  type ObjectRef,
  parseGvk,
  refKey,
  timestamp,
  VERSION,
} from "../../api/mod.ts";
import { PlanCluster, type PlanStore } from "../../clusters/mod.ts";
import type { ObjectName } from "../../explain/mod.ts";
import { type CostLimits, MAX_COLLECTION_SIZE } from "../../graph/mod.ts";
import { pruned, withDefaults } from "../../openapi/mod.ts";
import {
  applySetId,
  isSuspended,
  type NoGraph,
  type Outcome,
  type PassContext,
  reconcile,
} from "../../reconcile/mod.ts";
import { isConfidentialNode, type PlannedGraph } from "./graphs.ts";

/** An instance of a plan, with the results of the passes over the instance. */
export interface PlannedInstance {
  /** The instance. */
  ref: ObjectRef;
  /**
   * The state of the instance from which the next pass starts. Earlier passes of the plan may have changed
   * this state.
   */
  object: KubeObject;
  /** The graph of the instance; absent for an instance that the plan deletes. */
  planned?: PlannedGraph;
  /**
   * Whether the instance was created by another instance whose graph reads a Secret, so that values of the
   * instance may come from the Secret.
   */
  confidential: boolean;
  /** The outcome of the pass that the controller would run now. */
  outcome?: Outcome;
  /** The outcome of the pass that the controller would run once all objects are ready. */
  later?: Outcome;
}

interface Item extends PlannedInstance {
  parents: Set<string>;
  runs: number;
  isQueued: boolean;
}

/** The dependencies of an {@link InstancePlanner}. */
export interface InstancePlannerDeps {
  /** The objects that the plan has read, and the writes that the passes would send. */
  store: PlanStore;
  /** Returns the graph that serves a kind after the plan. */
  graphFor: (kind: GroupVersionKind) => Promise<PlannedGraph | undefined>;
  /** The limits of the cost of CEL expressions. */
  costs: CostLimits;
  /**
   * The time that all passes of the plan use as the current time, so that repeated passes give equal results.
   */
  now: Date;
  /**
   * Called after the first pass over each instance. `done` is the number of instances that had their first
   * pass, and `all` is the number of known instances.
   */
  progress: (done: number, all: number) => void;
}

/** The number of passes that run at the same time. */
const WORKERS = 16;

/**
 * The largest number of passes over one instance. Without this limit, a graph that changes the instance in
 * each pass would never end the plan.
 */
const MAX_RUNS = 5;

/** Runs the passes of a plan. */
export class InstancePlanner {
  readonly #deps: InstancePlannerDeps;
  readonly #items = new Map<string, Item>();
  #queue: Item[] = [];
  /** The number of instances over which a pass has run. */
  #done = 0;

  /** Creates the planner, without sending a request. */
  constructor(deps: InstancePlannerDeps) {
    this.#deps = deps;
  }

  /** Adds an instance. If the plan already has the instance, its object is replaced by the new object. */
  add(ref: ObjectRef, object: KubeObject, planned: PlannedGraph): void {
    this.#enqueue(ref, object, { planned, confidential: false });
  }

  /** Runs passes until no instance changes any more. Returns all instances, in the order of adding. */
  async run(): Promise<PlannedInstance[]> {
    while (this.#queue.length > 0) {
      const batch = this.#queue;
      this.#queue = [];
      const queue = batch.values();
      const work = async () => {
        for (const item of queue) {
          item.isQueued = false;
          await this.#pass(item);
          if (item.runs === 1) this.#deps.progress(++this.#done, this.#items.size);
        }
      };
      await Promise.all(Array.from({ length: Math.min(WORKERS, batch.length) }, work));
    }
    return [...this.#items.values()];
  }

  #enqueue(
    ref: ObjectRef,
    object: KubeObject,
    more: Pick<PlannedInstance, "planned" | "confidential">,
    parent?: string,
  ): void {
    const key = refKey(ref);
    const known = this.#items.get(key);
    const item = known ?? { ref, parents: new Set(), runs: 0, isQueued: false, object, ...more };
    Object.assign(item, more, { object, confidential: item.confidential || more.confidential });
    if (parent !== undefined) item.parents.add(parent);
    this.#items.set(key, item);
    this.#requeue(item);
  }

  #requeue(item: Item): void {
    if (item.isQueued || item.runs >= MAX_RUNS) return;
    item.isQueued = true;
    this.#queue.push(item);
  }

  async #pass(item: Item): Promise<void> {
    const { store, now } = this.#deps;
    const { ref, planned } = item;
    item.runs += 1;
    const kind = store.kinds.planned(ref.kind);
    const start = item.object;
    const object = kind ? pruned(kind.schema, withDefaults(kind.schema, start)) : start;
    const graph: PlannedGraph["graph"] | NoGraph = planned?.graph ?? { instance: ref.kind };
    const reader = { applySet: applySetId(ref.kind, object), namespace: ref.namespace };
    const context: PassContext = {
      now: () => now,
      version: VERSION,
      podId: hostname(),
      maxCollectionSize: MAX_COLLECTION_SIZE,
      costs: this.#deps.costs,
      rgdUid: planned?.rgdUid,
      instanceRevision: planned?.revision,
      suspended: planned?.suspended,
    };
    const cluster = new PlanCluster(store, object, { ...reader, from: start });
    item.outcome = await reconcile(graph, object, cluster, context);
    const after = cluster.instance;
    // Another pass may have changed the instance meanwhile. The next pass then starts from this change.
    if (item.object === start) item.object = after;
    item.later = undefined;
    if (item.outcome.nodes.some(({ state }) => state === "Waiting" || state === "Pending")) {
      const later = new PlanCluster(store, after, { ...reader, later: true });
      item.later = await reconcile(graph, after, later, { ...context, assumeReady: true });
    }
    await this.#follow(item);
    const isChanged = !jsonEqual(object.status as Json, after.status as Json);
    if (!isChanged) return;
    for (const parent of item.parents) this.#requeue(this.#items.get(parent)!);
  }

  /** Plans the instances of other graphs that the pass would change or delete. */
  async #follow({ ref, planned, outcome, later, confidential }: Item): Promise<void> {
    const { store, graphFor, now } = this.#deps;
    const { nodes } = (later ?? outcome)!;
    for (const { id, objects } of nodes) {
      const isConfidential = confidential || isConfidentialNode(planned, id);
      for (const { apiVersion, kind, namespace, name, action } of objects) {
        if (action === "observed") continue;
        const gvk = parseGvk(apiVersion, kind);
        const child = gvk && await graphFor(gvk);
        if (!child) continue;
        const at: ObjectRef = { kind: child.graph.instance, namespace, name };
        const object = store.write(at) && await store.reads.one(at);
        const known = this.#items.get(refKey(at));
        if (!object || known?.object === object) continue;
        this.#enqueue(at, object, { planned: child, confidential: isConfidential }, refKey(ref));
      }
    }
    const removed = [...outcome!.removed, ...later?.removed ?? []];
    for (const { apiVersion, kind, namespace, name, finalizers } of removed) {
      if (!finalizers?.includes(FINALIZER)) continue;
      const gvk = parseGvk(apiVersion, kind);
      const served = gvk && await store.kinds.resolve(gvk);
      if (!served) continue;
      const at: ObjectRef = { kind: served, namespace, name };
      const before = store.write(at)?.before;
      if (!before || this.#items.get(refKey(at))?.object.metadata.deletionTimestamp) continue;
      const metadata = { ...before.metadata, deletionTimestamp: timestamp(now) };
      this.#enqueue(at, { ...before, metadata }, { planned: undefined, confidential });
    }
  }
}

/** Returns whether a pass over the instance would do nothing because the instance or its RGD is suspended. */
export function isIdle({ object, planned }: PlannedInstance): boolean {
  return isSuspended(object) || (planned?.suspended ?? false);
}

/** Returns the name of an instance as the report shows it. */
export function instanceName({ kind, namespace, name }: ObjectRef): ObjectName {
  return { apiVersion: apiVersionOf(kind), kind: kind.kind, ...(namespace && { namespace }), name };
}
