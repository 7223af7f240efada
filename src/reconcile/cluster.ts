/**
 * The interface through which a pass reads and writes a cluster. The live, the cached and the memory
 * cluster implement it; the tests in `tests/support/contract` run over each of them.
 */
import type { JsonObject, KindRef, KubeObject, ObjectRef } from "../api/mod.ts";
import type { FieldPath } from "../graph/mod.ts";

/** What to list: the objects of one kind, in one namespace or in all. */
export interface ListScope {
  /** The kind. */
  kind: KindRef;
  /** One namespace; absent for all namespaces and for cluster-scoped kinds. */
  namespace?: string;
}

/** Objects that an external reference selects by label. */
export interface ExternalSelection extends ListScope {
  /** A label selector in kubectl's syntax, `a=b,c in (d,e),!f`; absent or empty selects all. */
  labelSelector?: string;
}

/** The items of one collection node of one instance, in all namespaces. */
export interface CollectionRef {
  /** Kind of the items. */
  kind: KindRef;
  /** UID of the instance (label `kro.run/instance-id`). */
  instanceUid: string;
  /** Id of the node (label `kro.run/node-id`). */
  nodeId: string;
}

/** What an apply did to the object. */
export type ApplyAction = "created" | "configured" | "unchanged";

/** Result of {@link Cluster.apply}. */
export interface Applied {
  /** The live object after the apply. */
  object: KubeObject;
  /** What the apply did; `unchanged` also when no request was sent. */
  action: ApplyAction;
  /** The resourceVersion of kro's last write to the object, when this process made that write. */
  revision?: string;
  /** Another manager keeps reverting a field of the object. */
  reverted?: RevertedField;
}

/** A field that another manager keeps reverting, so that kro backs off repairing it. */
export interface RevertedField {
  /** The field, as messages show it. */
  field: string;
  /** Its field manager; absent when the managed fields name none. */
  manager?: string;
  /** Milliseconds until the next repair is due, or until the backoff ends. */
  dueMs: number;
}

/**
 * Fields whose value is derived from resourceVersions only. An object that differs in these fields only
 * is not applied again until the basis changes.
 */
export interface Volatile {
  /** The fields. */
  readonly paths: readonly FieldPath[];
  /** The resourceVersions of kro's own last writes to the objects that the fields read; empty if unknown. */
  readonly basis: string;
}

/** How to apply. */
export interface ApplyOptions {
  /**
   * Take over fields that other managers own, as `force` does in server-side apply (KEP-555). Otherwise the
   * apply of such a field is rejected with ApiError `Conflict`.
   */
  force: boolean;
  /** Fields whose difference alone causes no apply. */
  volatile?: Volatile;
}

/** How to delete. */
export interface DeleteOptions {
  /** UID precondition: another object under the same name fails with ApiError `Conflict`. */
  uid: string;
}

/** A kind in any version. */
export interface GroupKind {
  /** API group; empty for the core group. */
  group: string;
  /** Kind. */
  kind: string;
}

/** How to look up a kind. */
export interface ServesOptions {
  /** Ask the API server instead of relying on cached discovery. */
  fresh?: boolean;
}

/**
 * A cluster as a pass sees it. Every method may reject with ApiError, and no method sends a refused request
 * again. Callers must not modify the returned objects, which may be shared with a cache.
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
  /** A child; undefined when it does not exist. A cached cluster may miss objects without kro's labels. */
  get(ref: ObjectRef): Promise<KubeObject | undefined>;
  /** The object that an external reference names; undefined when it does not exist. */
  getExternal(ref: ObjectRef): Promise<KubeObject | undefined>;
  /**
   * The object as the API server has it, bypassing caches; undefined when it does not exist. Called before
   * kro adopts or overwrites an object.
   */
  getLive(ref: ObjectRef): Promise<KubeObject | undefined>;
  /**
   * Objects that carry the ApplySet's `part-of` label. Other controllers copy labels to objects of their
   * own, so callers check each object with `isMember`.
   */
  listMembers(scope: ListScope, applySet: string): Promise<KubeObject[]>;
  /**
   * As {@link listMembers}, from the API server and with metadata only. The list is consistent: it shows
   * every write that was answered before the call. An empty list allows the finalizer to be removed.
   */
  listMembersLive(scope: ListScope, applySet: string): Promise<KubeObject[]>;
  /** The items of a collection node, selected by their labels. */
  listCollection(collection: CollectionRef): Promise<KubeObject[]>;
  /** The objects that an external reference selects. */
  listExternal(selection: ExternalSelection): Promise<KubeObject[]>;
  /**
   * Server-side apply (KEP-555) under field manager `kro.run/applyset`. Sends no request when the live
   * object already has the desired fields.
   */
  apply(ref: ObjectRef, desired: KubeObject, options: ApplyOptions): Promise<Applied>;
  /** Deletes with background propagation. Resolves also when the object does not exist. */
  delete(ref: ObjectRef, options: DeleteOptions): Promise<void>;
  /**
   * JSON merge patch (RFC 7386) of the instance under manager `kro`. A resourceVersion in the patch is
   * a precondition (ApiError `Conflict`).
   */
  patch(ref: ObjectRef, patch: JsonObject): Promise<KubeObject>;
  /** Replaces the status of the instance under manager `kro`; its resourceVersion is a precondition. */
  writeStatus(ref: ObjectRef, object: KubeObject): Promise<KubeObject>;
  /**
   * The kind in a version that is served. Undefined only when fresh discovery, CRDs and APIServices all
   * lack it, so that no object of the kind can exist; unreachable discovery rejects.
   */
  serves(kind: GroupKind, options?: ServesOptions): Promise<KindRef | undefined>;
}
