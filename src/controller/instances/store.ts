/**
 * Holds the instances of one kind, updated by watch events and the writes of passes. Decides which events
 * need a pass.
 */
import { Annotation, isObject, type KubeObject, Label } from "../../api/mod.ts";
import { type DeferredEvent, digest, InflightWrites, Interner } from "../../clusters/mod.ts";
import { compareRevisions } from "../../kube/mod.ts";
import { isSuspended, managedMetadataText } from "../../reconcile/mod.ts";

interface Known {
  /** The newest known state. */
  object: KubeObject;
  /** The interned copy of the instance's key. */
  readonly key: string;
  /** Generation, deletion and suspension in the last event; see {@link signatureOf}. */
  signature: string;
  /** Hash of kro's finalizer, labels and inventory after the last event or our own last patch. */
  carried: string;
}

interface InstanceEvent extends DeferredEvent {
  /** Hash of kro's finalizer, labels and inventory in the event. */
  readonly carried: string;
  /** The event shows a newer state than was known. */
  readonly isNewer: boolean;
}

/** Key of an instance within its kind: `namespace/name`, or `/name` for cluster-scoped kinds. */
export function instanceKey(object: { namespace?: string; name?: string }): string {
  return `${object.namespace ?? ""}/${object.name ?? ""}`;
}

/** The instances of one kind by {@link instanceKey}. Drops their managed fields to save memory. */
export class InstanceStore {
  /** Keep kubectl's last-applied annotation. It is as large as the spec, so only if an expression reads it. */
  keepsLastApplied = false;
  readonly #wake: (key: string) => void;
  readonly #known = new Map<string, Known>();
  /** Has an entry for an instance from the first write of a pass until the pass ends. */
  readonly #writes = new InflightWrites<undefined, InstanceEvent>();
  readonly #interner = new Interner();
  /** The sorted keys for readers of the API; undefined until asked for, and after a change of the keys. */
  #sorted?: readonly string[];

  /** `wake` is called with the key of an instance that changed during a pass and needs another one. */
  constructor(wake: (key: string) => void = () => {}) {
    this.#wake = wake;
  }

  /** The number of known instances. */
  get size(): number {
    return this.#known.size;
  }

  /** The keys of all instances. */
  keys(): string[] {
    return [...this.#known.keys()];
  }

  /** The keys of all instances, sorted. Sorts again only after an instance was added or deleted. */
  sortedKeys(): readonly string[] {
    return this.#sorted ??= this.keys().sort();
  }

  /** The interned copy of the key; the given one for unknown instances. */
  ownKey(key: string): string {
    return this.#known.get(key)?.key ?? key;
  }

  /** The newest known state of an instance. */
  get(key: string): KubeObject | undefined {
    return this.#known.get(key)?.object;
  }

  /**
   * Handles an ADDED or MODIFIED event. True when the instance needs a pass: it is new, its spec changed, it is
   * being deleted, it was suspended or resumed, or another manager edited kro's finalizer, labels or
   * inventory. Events that arrive after the first write of a pass are deferred until it ends.
   */
  observe(event: KubeObject): boolean {
    const key = instanceKey(event.metadata);
    const old = this.#known.get(key);
    const signature = signatureOf(event);
    const object = this.#newer(old?.object, event);
    // Hashes the newest state, because an event that is older than our patch lacks its changes.
    const carried = carriedHash(object);
    if (!old || old.object.metadata.uid !== object.metadata.uid) {
      this.#writes.forget(key);
      if (!old) this.#sorted = undefined;
      this.#known.set(key, { key: old?.key ?? key, object, signature, carried });
      return true;
    }
    const isNewer = object !== old.object;
    const isSame = old.signature === signature;
    old.object = object;
    old.signature = signature;
    const revision = object.metadata.resourceVersion ?? "";
    if (this.#writes.defer(key, { revision, carried, isNewer })) return !isSame;
    const isEdited = old.carried !== carried;
    old.carried = carried;
    const isLate = isSame && isNewer && this.#takeUnanswered(key);
    return !isSame || isEdited || isLate;
  }

  /** Records that the running pass is about to patch kro's finalizer, labels or inventory. */
  patching(key: string): void {
    if (this.#known.has(key) && !this.#writes.isInflight(key)) this.#writes.begin(key, undefined);
  }

  /** Records that a write of the instance succeeded, so that an earlier unanswered one can no longer. */
  answered(key: string): void {
    this.#writes.resolved(key);
  }

  /**
   * Records that a write of the status was not answered. The API server may make it late, after the next pass
   * has read the old status: therefore the next change of the instance needs a pass.
   */
  unanswered(key: string): void {
    if (this.#known.has(key)) this.#writes.lost(key);
  }

  /**
   * Stores the instance after a pass (read-your-writes). `patched` is the response of the pass's last patch.
   * Wakes the instance if another manager changed it after that patch.
   */
  passEnded(key: string, instance?: KubeObject, patched?: KubeObject): void {
    const events = this.#writes.end(key, patched?.metadata.resourceVersion);
    const known = this.#known.get(key);
    if (!known) return;
    const { uid } = known.object.metadata;
    if (instance?.metadata.uid === uid) known.object = this.#newer(known.object, instance!);
    if (patched?.metadata.uid === uid) known.carried = carriedHash(patched!);
    const last = events.at(-1);
    if (!last) return;
    const isEdited = known.carried !== last.carried;
    known.carried = last.carried;
    const isLate = events.some((event) => event.isNewer) && this.#takeUnanswered(key);
    if (isEdited || isLate) this.#wake(known.key);
  }

  /** Stores an instance that was read again for fields that were not kept before. Needs no pass. */
  refresh(object: KubeObject): void {
    const known = this.#known.get(instanceKey(object.metadata));
    if (!known || known.object.metadata.uid !== object.metadata.uid) return;
    const { resourceVersion } = known.object.metadata;
    if (compareRevisions(object.metadata.resourceVersion, resourceVersion) < 0) return;
    known.object = this.#newer(undefined, object);
  }

  /** Handles a DELETED event. */
  remove(object: KubeObject): void {
    const key = instanceKey(object.metadata);
    this.#sorted = undefined;
    this.#known.delete(key);
    this.#writes.forget(key);
  }

  #takeUnanswered(key: string): boolean {
    if (!this.#writes.isUnanswered(key)) return false;
    this.#writes.resolved(key);
    return true;
  }

  /** The newer state, without managed fields: they are half of an instance, and no pass reads them. */
  #newer(old: KubeObject | undefined, object: KubeObject): KubeObject {
    const { managedFields: _, ...metadata } = object.metadata;
    const isSame = old?.metadata.uid === metadata.uid;
    const order = compareRevisions(metadata.resourceVersion, old?.metadata.resourceVersion);
    if (isSame && order <= 0) return old!;
    if (!this.keepsLastApplied && metadata.annotations?.[Annotation.lastApplied] !== undefined) {
      const { [Annotation.lastApplied]: _config, ...annotations } = metadata.annotations;
      metadata.annotations = annotations;
    }
    const kept = { ...object, metadata };
    internCommon(kept, this.#interner);
    return kept;
  }
}

/** Interns the labels and annotations that kro writes, which are mostly equal on all instances. */
function internCommon(instance: KubeObject, interner: Interner): void {
  const { labels, annotations } = instance.metadata;
  interner.internValues(labels, [Label.applySetId]);
  interner.internValues(annotations, [Annotation.inventoryHash]);
  const status = isObject(instance.status) ? instance.status : {};
  for (const condition of Array.isArray(status.conditions) ? status.conditions : []) {
    if (isObject(condition)) interner.internValues(condition);
  }
}

/** Generation, deletion and suspension as one string. A change of it always needs a pass. */
function signatureOf(object: KubeObject): string {
  const { generation, deletionTimestamp } = object.metadata;
  return [generation, deletionTimestamp !== undefined, isSuspended(object)].join(" ");
}

function carriedHash(object: KubeObject): string {
  return digest(managedMetadataText(object));
}
