/**
 * Updates the cached children of one kind from watch events and from kro's own writes, and reports which
 * instances each change concerns. A child is an object that kro created for an instance. The store itself
 * sends no request.
 */
import {
  apiVersionOf,
  FINALIZER,
  isNotFound,
  type KindRef,
  type KubeObject,
  type ObjectMeta,
} from "../../api/mod.ts";
import { compareRevisions, type Listed } from "../../kube/mod.ts";
import { isApplied, type Volatile } from "../../reconcile/mod.ts";
import { fingerprint } from "../drift/fingerprint.ts";
import { hasDrifted, isUpToDate, recordApplied } from "./applied_state.ts";
import { type Child, distinct, keyOf, type ObjectKey, ownersOf, placeOf } from "./child.ts";
import { ChildTable, type SharedParts } from "./child_table.ts";
import type { ChildWriter } from "./child_writer.ts";
import { type DeferredEvent, InflightWrites } from "./inflight_writes.ts";
import { type InstanceId, instanceOf } from "./instance_id.ts";

/** Called with the instances whose child objects a change concerns. */
export type StoreListener = (instances: readonly InstanceId[]) => void;

interface ChildWrite {
  readonly deletes: boolean;
  /** The resourceVersion of the cached object before the write; undefined when the object was not cached. */
  readonly before: string | undefined;
  /**
   * The last event that arrived during the write. The event is hashed only if the response shows that the
   * event is not the echo of the write.
   */
  lastEvent?: KubeObject;
}

interface ChildEvent extends DeferredEvent {
  readonly gone: boolean;
  readonly instances: readonly InstanceId[];
}

/**
 * The cache of the child objects of one kind. A {@link ChildTable} contains the objects; the store decides
 * how events and writes change the table. The methods that handle an event return whether the event requeued
 * an instance.
 */
export class ChildStore implements ChildWriter {
  /** The table of cached child objects. Only the store may modify the table. */
  readonly objects: ChildTable;
  readonly #onChange: StoreListener;
  readonly #writes = new InflightWrites<ChildWrite, ChildEvent>();
  /**
   * The UID of each object that kro deleted and whose DELETED event has not arrived yet. The keys of the map
   * are the keys of the objects.
   */
  readonly #deleted = new Map<string, string>();
  /**
   * The UID of each nested instance from which kro removes its finalizer, until the DELETED event arrives. A
   * nested instance is a child object of another instance.
   */
  readonly #released = new Map<string, string>();

  /** Creates an empty store. `onChange` is called with the instances that a change concerns. */
  constructor(kind: KindRef, shared?: SharedParts, onChange: StoreListener = () => {}) {
    this.objects = new ChildTable(kind, shared);
    this.#onChange = onChange;
  }

  /** Handles an ADDED or MODIFIED event. */
  observe(object: KubeObject): boolean {
    const key = keyOf(object.metadata);
    const old = this.objects.child(key);
    const revision = object.metadata.resourceVersion;
    if (old && compareRevisions(revision, old.revision) <= 0) return false;
    const isSame = !old || old.uid === object.metadata.uid;
    const write = this.#writes.get(key);
    if (write && !write.deletes && isSame && isApplied(object)) {
      write.lastEvent = object;
      return false;
    }
    this.#takeLastEvent(key);
    if (!isApplied(object)) return this.#remove(key, revision);
    return this.#replace(key, object, old);
  }

  /** Removes an object that no longer exists, as reported by a DELETED event or by a GET. */
  gone(at: ObjectKey & { uid?: string; resourceVersion?: string }): boolean {
    const key = keyOf(at);
    this.#takeLastEvent(key);
    if (this.objects.child(key)?.uid !== at.uid) return false;
    return this.#remove(key, at.resourceVersion);
  }

  /**
   * Handles a complete list, and returns the cached objects that the list does not contain.
   *
   * An object may be missing from the list while a write of the object is in flight. If the response to the
   * write is older than the list, the object was deleted after the write. The store then does not cache the
   * response, because no event will report the deletion.
   */
  listed(list: Listed): KubeObject[] {
    const { resourceVersion: revision, namespace } = list;
    for (const key of this.#writes.keys()) {
      const at = placeOf(key);
      if (list.has(at) || (namespace !== undefined && at.namespace !== namespace)) continue;
      const child = this.objects.child(key);
      this.#writes.defer(key, { revision, gone: true, instances: child ? ownersOf(child) : [] });
    }
    return this.objects.missingFrom(list);
  }

  /**
   * Handles an object that still exists but has lost kro's labels. The watch selects objects by these labels,
   * so the watch reported the object as DELETED.
   */
  stripped(object: KubeObject): boolean {
    const key = keyOf(object.metadata);
    this.#takeLastEvent(key);
    const old = this.objects.child(key);
    if (!old || compareRevisions(object.metadata.resourceVersion, old.revision) <= 0) return false;
    return this.#replace(key, object, old);
  }

  /**
   * Removes all objects, and the marks of the objects that kro deleted. Called when the watch has lost its
   * permission, because the events of the deletions will then not arrive.
   */
  clear(): void {
    this.objects.clear();
    this.#deleted.clear();
    this.#released.clear();
  }

  /**
   * Returns true when kro itself deleted the object, so that no GET has to confirm the DELETED event. Returns
   * false when the object in the event is being deleted and has a finalizer that kro did not remove. The object
   * may then still exist: the watch also sends DELETED when an object only loses kro's labels.
   *
   * @param at The metadata of the object in the event.
   */
  deletedByUs(
    at: ObjectKey & Pick<ObjectMeta, "uid" | "deletionTimestamp" | "finalizers">,
  ): boolean {
    const { uid, deletionTimestamp, finalizers = [] } = at;
    const key = keyOf(at);
    const removed = this.#released.get(key) === uid ? FINALIZER : undefined;
    if (deletionTimestamp !== undefined && finalizers.some((each) => each !== removed)) {
      return false;
    }
    return this.#deleted.get(key) === uid || this.#writes.get(key)?.deletes === true;
  }

  /** Returns true when the object is cached, or a write of the object is in flight. */
  isKnown(at: ObjectKey): boolean {
    const key = keyOf(at);
    return this.objects.child(key) !== undefined || this.#writes.get(key) !== undefined;
  }

  /** Returns true when the cached object has all values of the desired object. */
  isUpToDate(at: ObjectKey, desired: KubeObject, volatile?: Volatile): boolean {
    const key = keyOf(at);
    const child = this.objects.child(key);
    if (!child || apiVersionOf(this.objects.kind) !== desired.apiVersion) return false;
    const view = this.objects.view(key, child);
    return isUpToDate(child, view, desired, this.objects.schema, volatile);
  }

  /** Returns true when another field manager has changed the object since kro applied the desired object. */
  hasDrifted(at: ObjectKey, desired: KubeObject, volatile?: Volatile): boolean {
    const child = this.objects.child(keyOf(at));
    return child !== undefined && hasDrifted(child, desired, this.objects.schema, volatile);
  }

  /** Sends a server-side apply by calling `send`, and caches the response. */
  async apply(
    at: ObjectKey,
    desired: KubeObject,
    volatile: Volatile | undefined,
    send: () => Promise<KubeObject>,
  ): Promise<KubeObject> {
    const key = keyOf(at);
    let isUnnamed = false;
    const answer = await this.#write(key, false, send, (response) => {
      const { resourceVersion } = response.metadata;
      const old = this.objects.child(key);
      const deletions = this.#writes.deferredAfter(key, resourceVersion ?? "")
        .filter((event) => event.gone);
      const isGone = deletions.length > 0;
      isUnnamed = isGone && deletions.every(({ instances }) => instances.length === 0);
      if (!isGone && (!old || compareRevisions(resourceVersion, old.revision) >= 0)) {
        const child = this.#put(key, response);
        recordApplied(child, desired, this.objects.schema, volatile);
        // An apply that changes nothing keeps the resourceVersion and does not count as a write of kro. The
        // response is compared with the state before the write, because the watch event of the write may
        // already have updated the cache.
        if (resourceVersion !== this.#writes.get(key)?.before) child.ownRevision = resourceVersion;
      }
      return resourceVersion;
    });
    // If the object was created and deleted while the watch was down, only a list shows the deletion, and the
    // cache does not know the instance of the object. The labels in the response name the instance to
    // requeue.
    const instance = instanceOf(answer.metadata.labels);
    if (isUnnamed && instance) this.#wake([instance]);
    return answer;
  }

  /** Deletes an object by calling `send`, and marks the cached object as being deleted. */
  async delete(at: ObjectKey & { uid: string }, send: () => Promise<void>): Promise<void> {
    const key = keyOf(at);
    try {
      await this.#write(key, true, send, () => {
        const child = this.objects.child(key);
        if (child?.uid === at.uid) {
          this.#deleted.set(key, at.uid);
          this.objects.markDeleted(key, child, new Date().toISOString());
        }
        return undefined;
      });
    } catch (error) {
      if (!isNotFound(error)) throw error;
      this.gone(at);
    }
  }

  /**
   * Removes kro's finalizer from an instance that is a child object of another instance, by calling `send`.
   * The store then expects the DELETED event of the object.
   */
  async release<T>(at: ObjectKey, send: () => Promise<T>): Promise<T> {
    const key = keyOf(at);
    const uid = this.objects.child(key)?.uid;
    if (uid !== undefined) this.#released.set(key, uid);
    try {
      return await send();
    } catch (error) {
      this.#released.delete(key);
      throw error;
    }
  }

  /**
   * Returns true when the cache contains the given state of the object or a newer state. If the
   * resourceVersions are equal, returns true only if the hashes of kro's fields are also equal.
   */
  agrees(object: KubeObject): boolean {
    const { uid, resourceVersion } = object.metadata;
    const child = this.objects.child(keyOf(object.metadata));
    const order = child ? compareRevisions(resourceVersion, child.revision) : 1;
    if (order < 0) return true;
    if (!isApplied(object)) return child === undefined;
    if (child?.uid !== uid || order > 0 || this.#isFalselyDeleted(object)) return false;
    const print = fingerprint(object, this.objects.schema);
    return print?.entryHash === child?.entryHash && (print?.valuesHash ?? "") === child?.valuesHash;
  }

  /** Corrects the cache with an object from a GET. Returns false when the cache needed no correction. */
  correct(object: KubeObject): boolean {
    if (this.agrees(object)) return false;
    const key = keyOf(object.metadata);
    if (!isApplied(object)) this.#remove(key, object.metadata.resourceVersion);
    else {
      if (this.#isFalselyDeleted(object)) this.#deleted.delete(key);
      this.#replace(key, object, this.objects.child(key));
    }
    return true;
  }

  /** Removes an object that a GET did not find. Returns false when the object was not cached. */
  correctGone(at: ObjectKey): boolean {
    const key = keyOf(at);
    if (!this.objects.child(key)) return false;
    this.#remove(key, undefined);
    return true;
  }

  /**
   * Stores an object that was read again because expressions now read more paths of the object. Requeues no
   * instance.
   */
  refresh(object: KubeObject): void {
    const key = keyOf(object.metadata);
    const { uid, resourceVersion } = object.metadata;
    const child = this.objects.child(key);
    if (!child || child.uid !== uid || compareRevisions(resourceVersion, child.revision) < 0) {
      return;
    }
    this.objects.keepOwners(key, child, this.#put(key, object));
  }

  /**
   * Returns true when the cache marks the object as being deleted, but the object from the API server has no
   * deletion timestamp. kro's own deletion then had no effect, and the cache must be corrected.
   */
  #isFalselyDeleted({ metadata }: KubeObject): boolean {
    return metadata.deletionTimestamp === undefined &&
      this.#deleted.get(keyOf(metadata)) === metadata.uid;
  }

  /**
   * Sends a write of an object, and defers watch events of the object until the write ends.
   *
   * @param learn Caches the response and returns the resourceVersion of the write. Deferred events up to this
   * resourceVersion are the echo of the write and are dropped.
   */
  async #write<T>(
    key: string,
    deletes: boolean,
    send: () => Promise<T>,
    learn: (response: T) => string | undefined,
  ): Promise<T> {
    this.#writes.begin(key, { deletes, before: this.objects.child(key)?.revision });
    let revision: string | undefined;
    try {
      const response = await send();
      revision = learn(response);
      return response;
    } finally {
      this.#takeLastEvent(key, revision);
      const events = this.#writes.end(key, revision);
      this.#wake(events.flatMap(({ instances }) => instances));
    }
  }

  /**
   * Handles the last event that arrived during a write. The event is ignored if the response to the write is
   * at least as new as the event.
   *
   * @param answered The resourceVersion in the response; undefined without a response.
   */
  #takeLastEvent(key: string, answered?: string): void {
    const write = this.#writes.get(key);
    const event = write?.lastEvent;
    if (!event) return;
    write.lastEvent = undefined;
    const revision = event.metadata.resourceVersion;
    if (answered !== undefined && compareRevisions(revision, answered) <= 0) return;
    this.#replace(key, event, this.objects.child(key));
  }

  #put(key: string, object: KubeObject): Child {
    const old = this.objects.child(key);
    const child = this.objects.put(key, object);
    if (old?.uid !== child.uid) this.#forget(key);
    return child;
  }

  /**
   * Replaces the cached state of a child object. Requeues the instance that the child belongs to, and the
   * instance that the child belonged to before.
   */
  #replace(key: string, object: KubeObject, old: Child | undefined): boolean {
    const child = this.#put(key, object);
    this.objects.keepOwners(key, old, child);
    return this.#changed(key, object.metadata.resourceVersion, false, [old, child]);
  }

  #remove(key: string, revision: string | undefined): boolean {
    const old = this.objects.remove(key);
    this.#forget(key);
    return old !== undefined && this.#changed(key, revision, true, [old]);
  }

  #forget(key: string): void {
    this.#deleted.delete(key);
    this.#released.delete(key);
  }

  #changed(
    key: string,
    revision = "",
    gone: boolean,
    children: readonly (Child | undefined)[],
  ): boolean {
    const instances = children.flatMap((child) => child ? ownersOf(child) : []);
    if (this.#writes.defer(key, { revision, gone, instances })) return false;
    return this.#wake(instances);
  }

  #wake(instances: readonly InstanceId[]): boolean {
    if (instances.length > 0) this.#onChange(distinct(instances));
    return instances.length > 0;
  }
}
