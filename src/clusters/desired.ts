/**
 * The implementation of the interface `Cluster` that collects the objects that a graph wants. A pass over such a
 * cluster reads the live objects and sends no write.
 */
import {
  type JsonObject,
  type KindRef,
  type KubeObject,
  Manager,
  type ObjectRef,
  refKey,
  timestamp,
} from "../api/mod.ts";
import type { Schema } from "../openapi/mod.ts";
import {
  type Applied,
  applied,
  type ApplyOptions,
  type Cluster,
  type CollectionRef,
  type ExternalSelection,
  type GroupKind,
  type ListScope,
  withValuesOf,
} from "../reconcile/mod.ts";
import { InstanceInMemory } from "./instance_in_memory.ts";
import type { ReadOnlyCluster } from "./read_only.ts";
import { refuseTaken } from "./refuse_taken.ts";

/** The settings of a {@link DesiredCluster}. */
export interface DesiredOptions {
  /** Returns the schema of a kind, which defines how an apply merges lists and maps. */
  schemaOf: (kind: KindRef) => Schema | undefined;
  /** Returns the present time. */
  now: () => Date;
}

/**
 * The cluster as seen by one pass that only collects the objects that the pass would apply. The passes of
 * several graphs can share a {@link ReadOnlyCluster}. They then read the same state of the cluster.
 *
 * @example
 * ```ts
 * import type { KubeObject } from "../api/mod.ts";
 * import type { Graph } from "../graph/mod.ts";
 * import { type PassContext, reconcile } from "../reconcile/mod.ts";
 * import { DesiredCluster, type ReadOnlyCluster } from "./mod.ts";
 *
 * async function objectsOf(graph: Graph, at: KubeObject, reads: ReadOnlyCluster, context: PassContext) {
 *   const cluster = new DesiredCluster(reads, at, { schemaOf: () => undefined, now: context.now });
 *   await reconcile(graph, at, cluster, { ...context, assumeReady: true });
 *   return [...cluster.desired.values()];
 * }
 * ```
 */
export class DesiredCluster implements Cluster {
  /** The objects that the pass would apply, by {@link refKey}. */
  readonly desired: Map<string, { ref: ObjectRef; object: KubeObject }> = new Map();
  readonly #reads: ReadOnlyCluster;
  readonly #options: DesiredOptions;
  readonly #instance: InstanceInMemory;

  /**
   * Creates the cluster for one pass, without sending a request.
   *
   * @param reads Reads the live objects of the instance.
   * @param instance The instance of the pass.
   */
  constructor(reads: ReadOnlyCluster, instance: KubeObject, options: DesiredOptions) {
    this.#reads = reads;
    this.#instance = new InstanceInMemory(instance);
    this.#options = options;
  }

  /** Returns a live object that has the label of the instance's ApplySet. */
  get(ref: ObjectRef): Promise<KubeObject | undefined> {
    return this.#reads.get(ref);
  }

  /** Returns the live object. */
  getExternal(ref: ObjectRef): Promise<KubeObject | undefined> {
    return this.#reads.getExternal(ref);
  }

  /** Returns the live object. */
  getLive(ref: ObjectRef): Promise<KubeObject | undefined> {
    return this.#reads.getLive(ref);
  }

  /** Returns the live objects with the label of the ApplySet. */
  listMembers(scope: ListScope): Promise<KubeObject[]> {
    return this.#reads.listMembers(scope);
  }

  /** Returns the same objects as {@link listMembers}. */
  listMembersLive(scope: ListScope): Promise<KubeObject[]> {
    return this.#reads.listMembers(scope);
  }

  /** Returns the live objects of a collection. */
  listCollection(collection: CollectionRef): Promise<KubeObject[]> {
    return this.#reads.listCollection(collection);
  }

  /** Returns the live objects that an external reference selects. */
  listExternal(selection: ExternalSelection): Promise<KubeObject[]> {
    return this.#reads.listExternal(selection);
  }

  /**
   * Records the desired object. Returns the live object with the desired fields, or the desired object when no
   * live object exists. Rejects with ApiError when another ApplySet owns the object or when it cannot be read.
   */
  async apply(
    ref: ObjectRef,
    desired: KubeObject,
    { volatile }: ApplyOptions,
  ): Promise<Applied> {
    const live = await this.getLive(ref);
    refuseTaken(ref, live, desired);
    const wanted = live ? withValuesOf(live, desired, volatile?.paths ?? []) : desired;
    this.desired.set(refKey(ref), { ref, object: wanted });
    if (!live) return { object: wanted, action: "created" };
    const { schemaOf, now } = this.#options;
    const write = { manager: Manager.children, time: timestamp(now()), force: true };
    const object = applied(live, wanted, { ...write, schema: schemaOf(ref.kind) });
    return { object, action: "configured" };
  }

  /** Does nothing. */
  delete(): Promise<void> {
    return Promise.resolve();
  }

  /** Changes the instance in memory only. */
  patch(_: ObjectRef, patch: JsonObject): Promise<KubeObject> {
    return this.#instance.patch(patch);
  }

  /** Changes the status of the instance in memory only. */
  writeStatus(_: ObjectRef, object: KubeObject): Promise<KubeObject> {
    return this.#instance.write(object);
  }

  /** Returns the kind from discovery. */
  serves(kind: GroupKind): Promise<KindRef | undefined> {
    return this.#reads.serves(kind);
  }
}
