/**
 * Updates the cached children of one kind from watch events and our own writes, and reports the instances
 * that each change concerns. Sends no request of its own.
 */
import { apiVersionOf, isNotFound, type KindRef, type KubeObject } from "../../api/mod.ts";
import { compareRevisions } from "../../kube/mod.ts";
import { isApplied, type Volatile } from "../../reconcile/mod.ts";
import { fingerprint } from "../drift/fingerprint.ts";
import { hasDrifted, isUpToDate, recordApplied } from "./applied_state.ts";
import { type Child, distinct, keepOwners, keyOf, type ObjectKey, ownersOf } from "./child.ts";
import { type ChildReader, ChildTable, type SharedParts } from "./child_table.ts";
import { type DeferredEvent, InflightWrites } from "./inflight_writes.ts";
import type { InstanceId } from "./instance_id.ts";

/** Called with the instances that a change of a child concerns. */
export type StoreListener = (instances: readonly InstanceId[]) => void;

/**
 * Sends writes of children of one kind and caches their responses. Events that arrive during a write are
 * deferred until its response, then those that are not its echo wake their instances.
 */
export interface ChildWriter {
  /** The cached children. */
  readonly objects: ChildReader;
  /** True when the live object has all desired values, except those of volatile fields. */
  isUpToDate(at: ObjectKey, desired: KubeObject, volatile?: Volatile): boolean;
  /** True when the desired object was applied and another manager changed the live one since. */
  hasDrifted(at: ObjectKey, desired: KubeObject, volatile?: Volatile): boolean;
  /**
   * Sends a server-side apply. Its response is cached until the watch catches up with it
   * (read-your-writes). Rejects as `send` does.
   */
  apply(
    at: ObjectKey,
    desired: KubeObject,
    volatile: Volatile | undefined,
    send: () => Promise<KubeObject>,
  ): Promise<KubeObject>;
  /**
   * Sends a delete of the object with that uid. The cache then shows the object as being deleted until an
   * event reports it gone. Resolves also on `NotFound`; rejects as `send` does otherwise.
   */
  delete(at: ObjectKey & { uid: string }, send: () => Promise<void>): Promise<void>;
}

interface ChildWrite {
  readonly deletes: boolean;
  /** The object's resourceVersion before the write; undefined when it was not cached. */
  readonly before: string | undefined;
  /** The last event during the write. It is hashed only if it turns out not to be the echo. */
  lastEvent?: KubeObject;
}

interface ChildEvent extends DeferredEvent {
  readonly gone: boolean;
  readonly instances: readonly InstanceId[];
}

/**
 * The cache of one kind's children: a {@link ChildTable}, and the rules by which events and writes change it.
 * Methods that handle an event return whether they woke an instance.
 */
export class ChildStore implements ChildWriter {
  /** The children. Only the store modifies them. */
  readonly objects: ChildTable;
  readonly #onChange: StoreListener;
  readonly #writes = new InflightWrites<ChildWrite, ChildEvent>();
  /** The uid of each object that kro deleted and whose DELETED event has not arrived yet, by key. */
  readonly #deleted = new Map<string, string>();

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

  /** Removes an object that a DELETED event or a GET reported as gone. */
  gone(at: ObjectKey & { uid?: string; resourceVersion?: string }): boolean {
    const key = keyOf(at);
    this.#takeLastEvent(key);
    if (this.objects.child(key)?.uid !== at.uid) return false;
    this.#deleted.delete(key);
    return this.#remove(key, at.resourceVersion);
  }

  /** Handles an object that lost kro's labels, which the label-selecting watch reported as DELETED. */
  stripped(object: KubeObject): boolean {
    const key = keyOf(object.metadata);
    this.#takeLastEvent(key);
    const old = this.objects.child(key);
    if (!old || compareRevisions(object.metadata.resourceVersion, old.revision) <= 0) return false;
    return this.#replace(key, object, old);
  }

  /** True when we deleted the object, so that no GET is needed to confirm its DELETED event. */
  deletedByUs(at: ObjectKey & { uid?: string }): boolean {
    const key = keyOf(at);
    return this.#deleted.get(key) === at.uid || this.#writes.get(key)?.deletes === true;
  }

  /** See {@link ChildWriter.isUpToDate}. */
  isUpToDate(at: ObjectKey, desired: KubeObject, volatile?: Volatile): boolean {
    const key = keyOf(at);
    const child = this.objects.child(key);
    if (!child || apiVersionOf(this.objects.kind) !== desired.apiVersion) return false;
    const view = this.objects.view(key, child);
    return isUpToDate(child, view, desired, this.objects.schema, volatile);
  }

  /** See {@link ChildWriter.hasDrifted}. */
  hasDrifted(at: ObjectKey, desired: KubeObject, volatile?: Volatile): boolean {
    const child = this.objects.child(keyOf(at));
    return child !== undefined && hasDrifted(child, desired, this.objects.schema, volatile);
  }

  /** See {@link ChildWriter.apply}. */
  async apply(
    at: ObjectKey,
    desired: KubeObject,
    volatile: Volatile | undefined,
    send: () => Promise<KubeObject>,
  ): Promise<KubeObject> {
    const key = keyOf(at);
    return await this.#write(key, false, send, (response) => {
      const { resourceVersion } = response.metadata;
      const old = this.objects.child(key);
      const isGone = this.#writes.deferredAfter(key, resourceVersion ?? "")
        .some((event) => event.gone);
      if (!isGone && (!old || compareRevisions(resourceVersion, old.revision) >= 0)) {
        const child = this.#put(key, response);
        recordApplied(child, desired, this.objects.schema, volatile);
        // The event of a write can arrive before its response.
        if (resourceVersion !== this.#writes.get(key)?.before) child.ownRevision = resourceVersion;
      }
      return resourceVersion;
    });
  }

  /** See {@link ChildWriter.delete}. */
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

  /** True when the cache holds this state of an object, or a newer one. Compares both hashes. */
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

  /** Corrects the cache by an object from a GET. False when the cache agrees with it. */
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

  /** Removes an object that a GET did not find. False when it is not cached. */
  correctGone(at: ObjectKey): boolean {
    const key = keyOf(at);
    if (!this.objects.child(key)) return false;
    this.#deleted.delete(key);
    this.#remove(key, undefined);
    return true;
  }

  /** Stores an object that was read again for paths that were not kept before. Wakes no instance. */
  refresh(object: KubeObject): void {
    const key = keyOf(object.metadata);
    const { uid, resourceVersion } = object.metadata;
    const child = this.objects.child(key);
    if (!child || child.uid !== uid || compareRevisions(resourceVersion, child.revision) < 0) {
      return;
    }
    keepOwners(child, this.#put(key, object));
  }

  /** True when the cache marks an object as being deleted and the API server does not. */
  #isFalselyDeleted({ metadata }: KubeObject): boolean {
    return metadata.deletionTimestamp === undefined &&
      this.#deleted.get(keyOf(metadata)) === metadata.uid;
  }

  /**
   * Sends a write while events of its object are deferred. `learn` caches the response and returns the
   * write's resourceVersion, up to which events are its echo.
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

  /** Handles the last event during a write, unless the response, `answered`, is as new. */
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
    if (old?.uid !== child.uid) this.#deleted.delete(key);
    return child;
  }

  /** Replaces a child; wakes the instances that it belonged to before and after. */
  #replace(key: string, object: KubeObject, old: Child | undefined): boolean {
    const child = this.#put(key, object);
    keepOwners(old, child);
    return this.#changed(key, object.metadata.resourceVersion, false, [old, child]);
  }

  #remove(key: string, revision: string | undefined): boolean {
    const old = this.objects.remove(key);
    return old !== undefined && this.#changed(key, revision, true, [old]);
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
