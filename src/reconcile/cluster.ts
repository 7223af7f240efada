/**
 * The interface through which reconciling an instance reads and writes a cluster. `LiveCluster`,
 * `CachedCluster` and `MemoryCluster` implement the interface. The tests in `tests/support/contract` run
 * against each implementation.
 */
import type { JsonObject, KindRef, KubeObject, ObjectRef } from "../api/mod.ts";
import type { FieldPath } from "../graph/mod.ts";

/** The objects to list: all objects of one kind, in one namespace or in all namespaces. */
export interface ListScope {
  /** The kind of the objects to list. */
  kind: KindRef;
  /** The namespace to list; absent for all namespaces and for cluster-scoped kinds. */
  namespace?: string;
}

/** The objects that an external reference selects by their labels. */
export interface ExternalSelection extends ListScope {
  /**
   * The label selector in kubectl's syntax, such as `a=b,c in (d,e),!f`. An absent or empty selector
   * selects all objects.
   */
  labelSelector?: string;
}

/** The objects that one collection node created for one instance, in all namespaces. */
export interface CollectionRef {
  /** The kind of the objects in the collection. */
  kind: KindRef;
  /** The UID of the instance, which is the value of the label `kro.run/instance-id` on each object. */
  instanceUid: string;
  /** The id of the collection node, which is the value of the label `kro.run/node-id` on each object. */
  nodeId: string;
}

/** The effect of an apply on the object. */
export type ApplyAction = "created" | "configured" | "unchanged";

/** The result of {@link Cluster.apply}. */
export interface Applied {
  /** The live object after the apply. */
  object: KubeObject;
  /**
   * The effect of the apply on the object. The effect is `unchanged` when the live object already had all
   * desired fields, even if kro sent a request.
   */
  action: ApplyAction;
  /**
   * The resourceVersion that the object got from kro's last write. Absent when this process has not written
   * the object.
   */
  revision?: string;
  /**
   * A field of the object that another field manager keeps reverting; absent when the object has no reverted
   * field.
   */
  reverted?: RevertedField;
}

/** A field that another field manager keeps reverting. kro repairs the field after increasing delays. */
export interface RevertedField {
  /** The path of the field, as messages show it. */
  field: string;
  /** The field manager that reverts the field; absent when the managed fields name no manager. */
  manager?: string;
  /**
   * The delay after which the object must be requeued, in milliseconds. If the field is reverted at present,
   * kro may repair it after this delay. Otherwise kro stops reporting the field after this delay.
   */
  dueMs: number;
}

/**
 * The volatile fields of an object, and the resourceVersions that their values depend on. A field is volatile
 * if its expression reads only resourceVersions of other objects, such as an annotation with the value
 * `${config.metadata.resourceVersion}`. If the live object differs from the desired object only in volatile
 * fields, kro applies the object only when {@link Volatile.basis} has changed since the last apply.
 */
export interface Volatile {
  /** The paths of the volatile fields in the object. */
  readonly paths: readonly FieldPath[];
  /**
   * The resourceVersions of the objects that the volatile fields read, joined to one string. Each
   * resourceVersion is the one that the API server returned for kro's own last write of the object, so
   * writes by other clients do not change the string. The string is empty when this process has written
   * none of these objects.
   */
  readonly basis: string;
}

/** The options of an apply. */
export interface ApplyOptions {
  /**
   * Whether the apply takes over fields that other field managers own, as `force` does in server-side apply
   * (KEP-555). Without force, an apply that changes a field of another field manager rejects with ApiError
   * `Conflict`.
   */
  force: boolean;
  /**
   * The volatile fields of the object. If only these fields differ from the live object, kro applies the
   * object only when {@link Volatile.basis} has changed since the last apply.
   */
  volatile?: Volatile;
}

/** The options of a deletion. */
export interface DeleteOptions {
  /**
   * The UID that the object must have. If an object with another UID has the same name, the deletion
   * rejects with ApiError `Conflict`.
   */
  uid: string;
}

/** A kind without its version. */
export interface GroupKind {
  /** The API group of the kind; an empty string for the core group. */
  group: string;
  /** The name of the kind, such as `Deployment`. */
  kind: string;
}

/** The options of looking up a kind. */
export interface ServesOptions {
  /** Whether to send a request to the API server instead of using cached discovery. */
  fresh?: boolean;
}

/**
 * A cluster as seen by one pass, which is one reconciliation of one instance. Every method may reject with
 * ApiError. No method repeats a request that the API server has refused. Callers must not modify the
 * returned objects, because the objects may be shared with a cache.
 *
 * @example
 * ```ts
 * import type { ObjectRef } from "../api/mod.ts";
 * import type { Cluster } from "./mod.ts";
 *
 * async function remove(cluster: Cluster, ref: ObjectRef): Promise<void> {
 *   const object = await cluster.getLive(ref);
 *   if (object) await cluster.delete(ref, { uid: object.metadata.uid! });
 * }
 * ```
 */
export interface Cluster {
  /**
   * Returns an object of the instance; undefined when the object does not exist. A cached cluster knows
   * only objects with kro's labels, and returns undefined for other objects.
   */
  get(ref: ObjectRef): Promise<KubeObject | undefined>;
  /** Returns the object that an external reference names; undefined when the object does not exist. */
  getExternal(ref: ObjectRef): Promise<KubeObject | undefined>;
  /**
   * Returns the object from the API server and not from a cache; undefined when the object does not exist.
   * Called before kro adopts or overwrites an object.
   */
  getLive(ref: ObjectRef): Promise<KubeObject | undefined>;
  /**
   * Returns the objects that have the ApplySet's label `part-of`. Other controllers may copy this label to
   * objects of their own, so the caller has to check each object with `isMember`.
   *
   * @param instanceUid The UID of the instance that is the parent of the ApplySet. If given, a cached cluster
   * also returns the objects of the instance whose label `part-of` another client edited.
   * @param thorough Whether a cluster without a cache sends a second request, to return also the objects of
   * the instance whose label `part-of` was edited.
   */
  listMembers(
    scope: ListScope,
    applySet: string,
    instanceUid?: string,
    thorough?: boolean,
  ): Promise<KubeObject[]>;
  /**
   * Lists the objects of the ApplySet from the API server, with metadata only. Unlike a cached list, the
   * result reflects every write that the API server completed before the call. kro may therefore remove the
   * finalizer of the instance when the list is empty.
   *
   * @param instanceUid If given, the list selects the label `kro.run/instance-id` instead of the label
   * `part-of`, and thus finds objects whose label `part-of` another client edited.
   */
  listMembersLive(scope: ListScope, applySet: string, instanceUid?: string): Promise<KubeObject[]>;
  /** Returns the objects of a collection node, selected by their labels. */
  listCollection(collection: CollectionRef): Promise<KubeObject[]>;
  /** Returns the objects that an external reference selects. */
  listExternal(selection: ExternalSelection): Promise<KubeObject[]>;
  /**
   * Applies an object with server-side apply (KEP-555) under the field manager `kro.run/applyset`. Sends no
   * request when the live object already has all desired fields.
   */
  apply(ref: ObjectRef, desired: KubeObject, options: ApplyOptions): Promise<Applied>;
  /** Deletes an object with background propagation. Resolves also when the object does not exist. */
  delete(ref: ObjectRef, options: DeleteOptions): Promise<void>;
  /**
   * Changes the instance by a JSON merge patch (RFC 7386) under the field manager `kro`. A resourceVersion
   * in the patch is a precondition: if the instance has another resourceVersion, the patch rejects with
   * ApiError `Conflict`.
   */
  patch(ref: ObjectRef, patch: JsonObject): Promise<KubeObject>;
  /**
   * Replaces the status of the instance under the field manager `kro`. The resourceVersion of the given
   * object is a precondition.
   */
  writeStatus(ref: ObjectRef, object: KubeObject): Promise<KubeObject>;
  /**
   * Returns the kind in a version that the cluster serves. Returns undefined when neither fresh discovery
   * nor any CRD or APIService contains the kind, which means that no object of the kind can exist. Rejects
   * when discovery cannot be reached.
   */
  serves(kind: GroupKind, options?: ServesOptions): Promise<KindRef | undefined>;
}
