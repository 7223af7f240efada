/**
 * The implementation of the interface `Cluster` for a plan. Reads show the cluster as it would be after the
 * writes that the plan has found so far, and no method changes an object of the cluster.
 */
import {
  ApiError,
  type Json,
  jsonEqual,
  type JsonObject,
  type KindRef,
  type KubeObject,
  Label,
  type ObjectRef,
  refText,
} from "../../api/mod.ts";
import type {
  Applied,
  ApplyOptions,
  Cluster,
  CollectionRef,
  DeleteOptions,
  ExternalSelection,
  GroupKind,
  ListScope,
  ServesOptions,
} from "../../reconcile/mod.ts";
import { withValuesOf } from "../../reconcile/mod.ts";
import { patched } from "../instance_in_memory.ts";
import { refuseTaken } from "../refuse_taken.ts";
import { isUpToDate } from "../up_to_date.ts";
import { withoutAllocated } from "./allocated.ts";
import type { Reader } from "./reads.ts";
import { isSameObject, type PlanStore, withoutIdentity } from "./store.ts";
import { keyIn } from "./table.ts";

/** The settings of one pass of a plan. */
export interface PlanPass extends Reader {
  /** Whether the pass assumes that all objects are ready. See `PassContext.assumeReady`. */
  later?: boolean;
  /** The instance before the defaults of the planned schema were filled in; the given instance by default. */
  from?: KubeObject;
}

/**
 * The cluster as seen by one pass of a plan. Create a new object for each pass. All passes of one plan share
 * a {@link PlanStore}.
 *
 * @example
 * ```ts
 * import type { KubeObject } from "../../api/mod.ts";
 * import type { Graph } from "../../graph/mod.ts";
 * import { applySetId, type PassContext, reconcile } from "../../reconcile/mod.ts";
 * import { PlanCluster, type PlanStore } from "../mod.ts";
 *
 * async function plan(store: PlanStore, graph: Graph, instance: KubeObject, context: PassContext) {
 *   const cluster = new PlanCluster(store, instance, { applySet: applySetId(graph.instance, instance) });
 *   await reconcile(graph, instance, cluster, context);
 *   return store.writes();
 * }
 * ```
 */
export class PlanCluster implements Cluster {
  readonly #store: PlanStore;
  readonly #pass: PlanPass;
  readonly #from: KubeObject;
  #instance: KubeObject;

  /** Creates the cluster for a pass over the instance, without sending a request. */
  constructor(store: PlanStore, instance: KubeObject, pass: PlanPass) {
    this.#store = store;
    this.#instance = instance;
    this.#from = pass.from ?? instance;
    this.#pass = pass;
  }

  /** The instance with the metadata and the status that the pass would write. */
  get instance(): KubeObject {
    return this.#instance;
  }

  /**
   * Returns the object in its state after the plan; undefined when the object does not exist or has no labels
   * of kro.
   */
  async get(ref: ObjectRef): Promise<KubeObject | undefined> {
    return (await this.#listed(ref.kind)).get(keyIn(ref.namespace, ref.name));
  }

  /** Returns the object in its state after the plan, even if the object has no labels of kro. */
  getExternal(ref: ObjectRef): Promise<KubeObject | undefined> {
    return this.#store.reads.one(ref);
  }

  /** Returns the object in its state after the plan, even if the object has no labels of kro. */
  getLive(ref: ObjectRef): Promise<KubeObject | undefined> {
    return this.#store.reads.one(ref);
  }

  /**
   * Returns the objects with the label of the ApplySet or of the instance, as they would be after the plan.
   */
  async listMembers(
    { kind, namespace }: ListScope,
    applySet: string,
    instanceUid?: string,
  ): Promise<KubeObject[]> {
    const table = await this.#store.reads.listed(kind, { ...this.#pass, applySet });
    return table.members(applySet, instanceUid)
      .filter(({ metadata }) => namespace === undefined || metadata.namespace === namespace);
  }

  /** Returns the same objects as {@link listMembers}. */
  listMembersLive(scope: ListScope, applySet: string, uid?: string): Promise<KubeObject[]> {
    return this.listMembers(scope, applySet, uid);
  }

  /** Returns the objects of a collection node, as they would be after the plan. */
  async listCollection(collection: CollectionRef): Promise<KubeObject[]> {
    const { kind, instanceUid, nodeId } = collection;
    return (await this.#listed(kind)).items(instanceUid, nodeId);
  }

  /** Returns the objects that an external reference selects, as they would be after the plan. */
  listExternal(selection: ExternalSelection): Promise<KubeObject[]> {
    return this.#store.reads.selected(selection);
  }

  /**
   * Finds out what an apply would change. Sends no request when the object is up to date. Otherwise, sends a
   * dry run to the API server, and records the write in the {@link PlanStore}. Rejects with ApiError when the
   * API server would refuse the apply.
   */
  async apply(ref: ObjectRef, desired: KubeObject, options: ApplyOptions): Promise<Applied> {
    const store = this.#store;
    const known = (await this.#listed(ref.kind)).get(keyIn(ref.namespace, ref.name));
    refuseTaken(ref, known, desired);
    if (known) {
      const wanted = withValuesOf(known, desired, options.volatile?.paths ?? []);
      const schema = await store.kinds.schema(ref.kind);
      if (isUpToDate(known, wanted, schema)) return { object: known, action: "unchanged" };
    }
    const earlier = store.write(ref);
    const live = earlier ? earlier.before : known;
    const answer = await store.ask({ ref, desired, before: live, force: options.force })
      .catch((error) => {
        // The pass handles a field conflict itself: the pass reads the object and checks the owner of the
        // field.
        if (error instanceof ApiError && error.reason !== "Conflict") {
          store.record({ ref, action: "refused", before: live, after: desired, error }, this.#pass);
        }
        throw error;
      });
    const { before, after, unasked } = answer;
    refuseTaken(ref, before, desired);
    if (before && isSameObject(before, after)) {
      store.forget(ref, before);
      return { object: before, action: known && known !== before ? "configured" : "unchanged" };
    }
    const object = withoutIdentity(withoutAllocated(after, desired, before), before);
    const isMine = before?.metadata.labels?.[Label.applySetPartOf] !== undefined;
    const action = !before ? "created" : isMine ? "changed" : "adopted";
    store.record({ ref, action, before, after: object, unasked }, this.#pass);
    return { object, action: before || known ? "configured" : "created" };
  }

  /**
   * Records that the object would be deleted. Sends a dry run to the API server. Rejects with ApiError when
   * the API server would refuse the deletion.
   */
  async delete(ref: ObjectRef, { uid }: DeleteOptions): Promise<void> {
    const store = this.#store;
    const before = await store.reads.one(ref);
    if (!before) return;
    if (before.metadata.uid !== uid && uid !== "") {
      const why = `its uid is not ${uid}`;
      const message = `operation cannot be fulfilled on ${refText(ref)}: ${why}`;
      throw new ApiError(message, { reason: "Conflict", code: 409 });
    }
    const unasked = await store.askDelete(ref, uid).catch((error) => {
      if (error instanceof ApiError) {
        store.record({ ref, action: "refused", before, error }, this.#pass);
      }
      throw error;
    });
    store.record({ ref, action: "deleted", before, unasked }, this.#pass);
  }

  /** Changes the instance in memory only. */
  patch(ref: ObjectRef, patch: JsonObject): Promise<KubeObject> {
    return this.#wrote(ref, patched(this.#instance, patch));
  }

  /** Changes the status of the instance in memory only. */
  writeStatus(ref: ObjectRef, object: KubeObject): Promise<KubeObject> {
    return this.#wrote(ref, object);
  }

  /** Returns the kind as it would be served after the plan. */
  serves(kind: GroupKind, options?: ServesOptions): Promise<KindRef | undefined> {
    return this.#store.kinds.serves(kind, options);
  }

  #wrote(ref: ObjectRef, object: KubeObject): Promise<KubeObject> {
    this.#instance = object;
    // A pass with `later` assumes that all objects are ready. Passes over other instances must not read a
    // status that depends on this assumption, so the planned state does not get the status. An instance that
    // is being deleted is already absent from the planned state.
    const isDeleted = object.metadata.deletionTimestamp !== undefined;
    if (!this.#pass.later && !isDeleted) this.#keep(ref, object);
    return Promise.resolve(object);
  }

  /**
   * Writes the instance to the planned state. If another pass has changed the spec of the instance meanwhile, only
   * the status is written, as the API server would do.
   */
  #keep(ref: ObjectRef, object: KubeObject): void {
    const table = this.#store.reads.table(ref.kind);
    const key = keyIn(ref.namespace, ref.name);
    const planned = table.isPlanned(key) ? table.get(key) : undefined;
    const isChanged = planned &&
      ![this.#from, object].some(({ spec }) => jsonEqual(spec as Json, planned.spec as Json));
    table.write(isChanged ? { ...planned, status: object.status } : object);
  }

  #listed(kind: KindRef) {
    return this.#store.reads.listed(kind, this.#pass);
  }
}
