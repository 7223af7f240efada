/** The port: all that a pass may do to a cluster. Cached, live, dry-run and memory ones implement it. */
import type { JsonObject, KindRef, KubeObject, ObjectRef } from "../api/mod.ts";
import type { Volatile } from "./volatile.ts";

/** What to list. */
export interface ListQuery {
  /** The kind. */
  kind: KindRef;
  /** One namespace; absent for all of them and for cluster-scoped kinds. */
  namespace?: string;
  /** A label selector as kubectl takes it, `a=b,c in (d,e),!f`; absent or empty selects all. */
  labelSelector?: string;
  /** They are what an external reference names: as its expressions read them, whosever they are. */
  external?: boolean;
}

/** How to read an object. */
export interface ReadOptions {
  /** It is what an external reference names: as its expressions read it, whosever it is. */
  external?: boolean;
}

/** How an object came to be as it is now. */
export type ApplyAction = "created" | "configured" | "unchanged";

/** What {@link Cluster.apply} answers. */
export interface Applied {
  /** The live object after it. */
  object: KubeObject;
  /** What it took; `unchanged` may have cost no request. */
  action: ApplyAction;
  /** The resourceVersion that kro's last write of it gave it, when this process knows. */
  revision?: string;
  /** Somebody changes a field of it back again and again. */
  contest?: Contest;
}

/** A fight over a field of an object, which is repaired less and less often. */
export interface Contest {
  /** The field, as messages name it. */
  field: string;
  /** The field manager of the other one; absent when the managed fields name nobody. */
  manager?: string;
  /** Milliseconds until something is to do again: the next repair, or the end of it. */
  dueMs: number;
}

/** How to apply. */
export interface ApplyOptions {
  /** Take fields that other managers own; without it such a field is an ApiError `Conflict`. */
  force: boolean;
  /** Fields whose difference alone is no reason to write. */
  volatile?: Volatile;
}

/** How to delete. */
export interface DeleteOptions {
  /** Precondition: only the object with this uid (ApiError `Conflict` otherwise). */
  uid: string;
}

/** A kind in any version. */
export interface GroupKind {
  /** API group; empty for the core group. */
  group: string;
  /** Kind. */
  kind: string;
}

/** How to look a kind up. */
export interface ServesOptions {
  /** Ask the API server, whatever is known. */
  fresh?: boolean;
}

/**
 * A cluster as a pass sees it. Every method may reject with ApiError; none retries a refusal.
 * Objects that it returns belong to the cluster: callers must not change them.
 */
export interface Cluster {
  /**
   * The object, or undefined. A cached cluster answers for objects with kro's labels, and of others
   * for those of kinds that external references name.
   */
  get(ref: ObjectRef, options?: ReadOptions): Promise<KubeObject | undefined>;
  /** The object as the API server has it now, cache or not: before taking what may be somebody's. */
  getLive(ref: ObjectRef): Promise<KubeObject | undefined>;
  /** Objects by label. Members of one instance, collections. */
  list(query: ListQuery): Promise<KubeObject[]>;
  /** Objects by label as the API server has them now, metadata only: before a finalizer goes. */
  listLive(query: ListQuery): Promise<KubeObject[]>;
  /**
   * Makes the object's given fields hold, under field manager `kro.run/applyset` (server-side
   * apply); makes no request when they hold already.
   */
  apply(ref: ObjectRef, desired: KubeObject, options: ApplyOptions): Promise<Applied>;
  /** Deletes in the background. NotFound counts as done. */
  delete(ref: ObjectRef, options: DeleteOptions): Promise<void>;
  /** JSON merge patch under manager `kro`: what an instance carries. Put resourceVersion in it. */
  patch(ref: ObjectRef, patch: JsonObject): Promise<KubeObject>;
  /** Replaces the status of the object (which carries its resourceVersion), manager `kro`. */
  writeStatus(ref: ObjectRef, object: KubeObject): Promise<KubeObject>;
  /**
   * The kind as it is served. What is known already answers, unless `fresh`: after a list of it was not
   * found. Undefined only when fresh discovery, CRDs and APIServices show none: its objects are gone.
   */
  serves(kind: GroupKind, options?: ServesOptions): Promise<KindRef | undefined>;
}
