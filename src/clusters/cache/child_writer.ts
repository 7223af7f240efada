/** The interface through which a pass writes child objects and keeps their cache up to date. */
import type { KubeObject } from "../../api/mod.ts";
import type { Volatile } from "../../reconcile/mod.ts";
import type { ObjectKey } from "./child.ts";
import type { ChildReader } from "./child_table.ts";

/**
 * Writes child objects of one kind and caches the responses. Watch events of an object are deferred while a
 * write of the object is in flight. After the response, each deferred event that is not the echo of the write
 * requeues the instance of the object.
 */
export interface ChildWriter {
  /** Read access to the cached child objects. */
  readonly objects: ChildReader;
  /**
   * Returns true when the live object has all values of the desired object. Volatile fields, such as a
   * checksum of the resourceVersions of other objects, are compared as {@link Volatile} describes.
   */
  isUpToDate(at: ObjectKey, desired: KubeObject, volatile?: Volatile): boolean;
  /**
   * Returns true when kro applied the desired object and another field manager has changed the live object
   * since.
   */
  hasDrifted(at: ObjectKey, desired: KubeObject, volatile?: Volatile): boolean;
  /**
   * Calls `send`, which sends a server-side apply, and caches the response until the watch delivers a newer
   * state (read-your-writes). Rejects with the error of `send`.
   */
  apply(
    at: ObjectKey,
    desired: KubeObject,
    volatile: Volatile | undefined,
    send: () => Promise<KubeObject>,
  ): Promise<KubeObject>;
  /**
   * Calls `send`, which deletes the object with the given UID. The cache then marks the object as being
   * deleted until a watch event reports the deletion. Resolves also when `send` rejects with `NotFound`;
   * rejects with any other error of `send`.
   */
  delete(at: ObjectKey & { uid: string }, send: () => Promise<void>): Promise<void>;
  /**
   * Calls `send`, which removes kro's finalizer from an instance, and resolves to its result. An instance of
   * one graph may be a child object of another graph. The DELETED event of such a child then needs no GET as
   * confirmation. Rejects with the error of `send`.
   */
  release<T>(at: ObjectKey, send: () => Promise<T>): Promise<T>;
}
