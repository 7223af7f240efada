/**
 * Stores the instances of one kind, updated by watch events and by kro's own writes. Decides which watch
 * events require that the instance is reconciled.
 */
import { Annotation, isObject, type KubeObject, Label } from "../../api/mod.ts";
import { type DeferredEvent, digest, InflightWrites, Interner } from "../../clusters/mod.ts";
import { compareRevisions } from "../../kube/mod.ts";
import { isSuspended, managedMetadataText } from "../../reconcile/mod.ts";

interface Known {
  /** The newest known state of the instance. */
  object: KubeObject;
  /** The key of the instance. All records of the instance share this one string, to save memory. */
  readonly key: string;
  /**
   * The generation, deletion and suspension of the instance in the last event, as built by
   * {@link signatureOf}.
   */
  signature: string;
  /**
   * The hash of kro's finalizer, labels and inventory of the instance, from the last event or from the
   * response to kro's last patch, whichever is later.
   */
  carried: string;
}

interface InstanceEvent extends DeferredEvent {
  /** The hash of kro's finalizer, labels and inventory in the event. */
  readonly carried: string;
  /** Whether the event was newer than the stored state of the instance when the event arrived. */
  readonly isNewer: boolean;
}

/** Returns the key of an instance within its kind: `namespace/name`, or `/name` for cluster-scoped kinds. */
export function instanceKey(object: { namespace?: string; name?: string }): string {
  return `${object.namespace ?? ""}/${object.name ?? ""}`;
}

/**
 * The instances of one kind. The keys are the results of {@link instanceKey}. The managed fields of the
 * instances are dropped to save memory.
 */
export class InstanceStore {
  /**
   * Whether kubectl's last-applied annotation of the instances is kept. The annotation is as large as the
   * spec, so it is kept only if an expression reads it.
   */
  keepsLastApplied = false;
  readonly #wake: (key: string) => void;
  readonly #known = new Map<string, Known>();
  /**
   * The patches of running passes. An instance has an entry from the first patch of a pass until the end of
   * the pass.
   */
  readonly #writes = new InflightWrites<undefined, InstanceEvent>();
  readonly #interner = new Interner();
  /**
   * A cached sorted list of all keys. Undefined until a reader first needs the list, and again after a key
   * was added or removed.
   */
  #sorted?: readonly string[];

  /**
   * Creates an empty store.
   *
   * @param wake Called with the key of an instance that changed during a pass and must be reconciled again.
   */
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

  /**
   * Returns the store's own copy of the key, to save memory. If the instance is not known, returns the given
   * key.
   */
  ownKey(key: string): string {
    return this.#known.get(key)?.key ?? key;
  }

  /** Returns the newest known state of an instance; undefined when the instance is not known. */
  get(key: string): KubeObject | undefined {
    return this.#known.get(key)?.object;
  }

  /**
   * Handles an ADDED or MODIFIED event. Returns true when the instance must be reconciled: the instance is
   * new, its spec changed, it is being deleted, it was suspended or resumed, or another client edited kro's
   * finalizer, labels or inventory. While a pass that has patched the instance is running, a changed
   * finalizer, label or inventory may come from the pass itself. The store then decides about the change
   * after the pass.
   */
  observe(event: KubeObject): boolean {
    const key = instanceKey(event.metadata);
    const old = this.#known.get(key);
    const signature = signatureOf(event);
    const object = this.#newer(old?.object, event);
    // The newest known state is hashed instead of the event. An event that is older than kro's own patch does
    // not contain the patch, and would look like an edit by another client.
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

  /**
   * Records that a write of the instance succeeded. An earlier write without a response can then no longer
   * take effect, because its resourceVersion is outdated.
   */
  answered(key: string): void {
    this.#writes.resolved(key);
  }

  /**
   * Records that the response to a write of the status is missing. The API server may perform the write late,
   * after the next pass has read the old status. The next newer event of the instance therefore causes
   * another pass, even if only the status changed.
   */
  unanswered(key: string): void {
    if (this.#known.has(key)) this.#writes.lost(key);
  }

  /**
   * Stores the state of an instance after a pass (read-your-writes). Requeues the instance if another client
   * changed it after the last patch of the pass.
   *
   * @param instance The instance after the pass.
   * @param patched The response to the last patch of the pass; undefined when the pass sent no patch.
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

  /**
   * Stores an instance that was read again because more of its fields are now kept. The instance need not be
   * reconciled.
   */
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

  /**
   * Returns the newer of two states without its managed fields. No pass reads managed fields, so the store
   * does not keep them in memory.
   */
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

/**
 * Interns the strings that kro writes to labels, annotations and conditions, because most of them are equal
 * on all instances.
 */
function internCommon(instance: KubeObject, interner: Interner): void {
  const { labels, annotations } = instance.metadata;
  interner.internValues(labels, [Label.applySetId]);
  interner.internValues(annotations, [Annotation.inventoryHash]);
  const status = isObject(instance.status) ? instance.status : {};
  for (const condition of Array.isArray(status.conditions) ? status.conditions : []) {
    if (isObject(condition)) interner.internValues(condition);
  }
}

/**
 * Returns the generation, the deletion and the suspension of an instance as one string. Whenever the string
 * changes, the instance must be reconciled.
 */
function signatureOf(object: KubeObject): string {
  const { generation, deletionTimestamp } = object.metadata;
  return [generation, deletionTimestamp !== undefined, isSuspended(object)].join(" ");
}

function carriedHash(object: KubeObject): string {
  return digest(managedMetadataText(object));
}
