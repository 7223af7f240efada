/**
 * The implementation of the interface `Cluster` for `kro controller --observe`. Reads use the caches of the
 * controller, and no method sends a write.
 */
import {
  ApiError,
  type JsonObject,
  type KubeObject,
  Label,
  Manager,
  NAMESPACE_KIND,
  type ObjectRef,
  refKey,
  refText,
  timestamp,
} from "../api/mod.ts";
import {
  type Applied,
  applied,
  type ApplyOptions,
  type DeleteOptions,
  type PlannedWrite,
  withValuesOf,
} from "../reconcile/mod.ts";
import { kindMissing } from "./cache/kind_missing.ts";
import { CachedCluster, type CachedParts } from "./cached.ts";
import { withoutAllocated } from "./plan/allocated.ts";
import { isSameObject, withoutIdentity } from "./plan/store.ts";
import { InstanceInMemory } from "./instance_in_memory.ts";
import { refuseTaken } from "./refuse_taken.ts";
import { isUpToDate } from "./up_to_date.ts";

/**
 * The cluster as seen by one pass that only observes. The pass computes each write itself, without a dry run,
 * and the cluster records the write instead of sending it. Create a new object for each pass, and call
 * {@link CachedCluster.finish} at the end of the pass.
 *
 * @example
 * ```ts
 * import type { KubeObject } from "../api/mod.ts";
 * import type { Graph } from "../graph/mod.ts";
 * import { type PassContext, reconcile } from "../reconcile/mod.ts";
 * import { type CachedParts, ObservedCluster } from "./mod.ts";
 *
 * async function observe(parts: CachedParts, graph: Graph, instance: KubeObject, context: PassContext) {
 *   const cluster = new ObservedCluster(parts, "default/one", instance, context.now);
 *   await reconcile(graph, instance, cluster, context);
 *   cluster.finish(true);
 *   return cluster.writes();
 * }
 * ```
 */
export class ObservedCluster extends CachedCluster {
  readonly #parts: CachedParts;
  readonly #key: string;
  readonly #now: () => Date;
  readonly #writes = new Map<string, PlannedWrite>();
  readonly #instance: InstanceInMemory;

  /**
   * Creates the cluster for one pass, without sending a request.
   *
   * @param key The key of the instance in the work queue.
   * @param instance The instance of the pass.
   * @param now Returns the time for the managed fields of computed objects.
   */
  constructor(parts: CachedParts, key: string, instance: KubeObject, now: () => Date) {
    super(parts, key);
    this.#parts = parts;
    this.#key = key;
    this.#instance = new InstanceInMemory(instance);
    this.#now = now;
  }

  /** The instance with the metadata and the status that the pass would write. */
  get instance(): KubeObject {
    return this.#instance.object;
  }

  /** Returns the writes of child objects that the pass would send, in the order of the pass. */
  writes(): PlannedWrite[] {
    return [...this.#writes.values()];
  }

  /**
   * Computes the result of an apply. Sends a GET if the cache does not show that the object is up to date.
   * Rejects with ApiError when another ApplySet owns the object, or when the object cannot be read.
   */
  override async apply(
    ref: ObjectRef,
    desired: KubeObject,
    options: ApplyOptions,
  ): Promise<Applied> {
    const { children, schemas } = this.#parts;
    const { force, volatile } = options;
    const writer = await children.writerFor(ref.kind, ref.namespace);
    if (children.isMissing(ref.kind, this.#key)) throw kindMissing("apply", refText(ref));
    const cached = writer?.objects.get(ref);
    refuseTaken(ref, cached, desired);
    if (cached && writer!.isUpToDate(ref, desired, volatile)) {
      return { object: cached, action: "unchanged" };
    }
    const before = await this.getLive(ref);
    refuseTaken(ref, before, desired);
    if (!before) await this.#checkNamespace(ref);
    const schema = (await schemas.resolve(ref.kind))?.schema;
    const wanted = before ? withValuesOf(before, desired, volatile?.paths ?? []) : desired;
    if (before && isUpToDate(before, wanted, schema)) {
      return { object: before, action: "unchanged" };
    }
    const time = timestamp(this.#now());
    const after = applied(before, wanted, { manager: Manager.children, time, schema, force });
    if (before && isSameObject(before, after)) return { object: before, action: "unchanged" };
    const object = withoutIdentity(withoutAllocated(after, desired, before), before);
    const isMine = before?.metadata.labels?.[Label.applySetPartOf] !== undefined;
    const action = !before ? "created" : isMine ? "changed" : "adopted";
    this.#writes.set(refKey(ref), { ref, action, before, after: object });
    return { object, action: before ? "configured" : "created" };
  }

  /**
   * Rejects with ApiError `NotFound` when the namespace of an object to create does not exist. Sends a GET unless
   * the namespace is known. A namespace that kro may not read counts as existing.
   */
  async #checkNamespace(ref: ObjectRef): Promise<void> {
    const { namespace } = ref;
    if (namespace === undefined || namespace === this.#instance.object.metadata.namespace) return;
    const own = { kind: NAMESPACE_KIND, name: namespace };
    if (this.#writes.has(refKey(own))) return;
    const isMissing = await this.getLive(own).then((found) => !found, (error) => {
      if (error instanceof ApiError && error.reason === "Forbidden") return false;
      throw error;
    });
    if (!isMissing) return;
    const answer = `namespaces "${namespace}" not found`;
    throw new ApiError(`apply ${refText(ref)}: ${answer}`, {
      reason: "NotFound",
      code: 404,
      answer,
    });
  }

  /** Records the deletion. Sends a GET. Rejects with ApiError `Conflict` when the UID differs. */
  override async delete(ref: ObjectRef, { uid }: DeleteOptions): Promise<void> {
    const before = await this.getLive(ref);
    if (!before) return;
    if (before.metadata.uid !== uid) {
      const why = `its uid is not ${uid}`;
      const message = `operation cannot be fulfilled on ${refText(ref)}: ${why}`;
      throw new ApiError(message, { reason: "Conflict", code: 409 });
    }
    this.#writes.set(refKey(ref), { ref, action: "deleted", before });
  }

  /** Changes the instance in memory only. */
  override patch(_: ObjectRef, patch: JsonObject): Promise<KubeObject> {
    return this.#instance.patch(patch);
  }

  /** Changes the status of the instance in memory only. */
  override writeStatus(_ref: ObjectRef, object: KubeObject): Promise<KubeObject> {
    return this.#instance.write(object);
  }
}
