/**
 * The instances of one kind in memory, kept in step with watch events and with the writes of passes.
 * Decides which events need a pass.
 */
import { Annotation, isObject, type KubeObject, Label } from "../../api/mod.ts";
import { type DeferredEvent, digest, InflightWrites, Interner } from "../../clusters/mod.ts";
import { compareRevisions } from "../../kube/mod.ts";
import { carriedText, isSuspended } from "../../reconcile/mod.ts";

interface Known {
  /** The newest state that is known. */
  object: KubeObject;
  /** The one copy of the instance's key. */
  readonly key: string;
  /** What the last event said of generation, deletion and suspension; see {@link signatureOf}. */
  signature: string;
  /** Hash of what the instance carries for kro, after the last event or our own last patch. */
  carried: string;
}

interface InstanceEvent extends DeferredEvent {
  /** Hash of what the instance carries for kro. */
  readonly carried: string;
  /** It shows a newer state than was known. */
  readonly isNewer: boolean;
}

/** Key of an instance within its kind: `namespace/name`, or `/name` for cluster-scoped kinds. */
export function instanceKey(object: { namespace?: string; name?: string }): string {
  return `${object.namespace ?? ""}/${object.name ?? ""}`;
}

/** The instances of one kind by {@link instanceKey}. Managed fields are not kept. */
export class InstanceStore {
  /** Keep kubectl's last-applied annotation, which is as large as the spec: an expression reads it. */
  keepsLastApplied = false;
  readonly #wake: (key: string) => void;
  readonly #known = new Map<string, Known>();
  /** From the first write of a pass until the pass ends. */
  readonly #writes = new InflightWrites<undefined, InstanceEvent>();
  readonly #interner = new Interner();

  /** `wake` is called with an instance that changed under a pass, so that it needs another one. */
  constructor(wake: (key: string) => void = () => {}) {
    this.#wake = wake;
  }

  /** How many instances are known. */
  get size(): number {
    return this.#known.size;
  }

  /** The keys of all instances. */
  keys(): string[] {
    return [...this.#known.keys()];
  }

  /** The store's copy of an equal key, to retain no other string; the given one for unknown instances. */
  ownKey(key: string): string {
    return this.#known.get(key)?.key ?? key;
  }

  /** The newest known state of an instance. */
  get(key: string): KubeObject | undefined {
    return this.#known.get(key)?.object;
  }

  /**
   * Takes an event ADDED or MODIFIED. True when the instance needs a pass: it is new, its spec changed, it is
   * being deleted, was suspended or resumed, or another manager edited what it carries for kro. Events that
   * arrive after a pass began to write are judged when it ends.
   */
  observe(event: KubeObject): boolean {
    const key = instanceKey(event.metadata);
    const old = this.#known.get(key);
    const signature = signatureOf(event);
    const object = this.#newer(old?.object, event);
    // Of the newest state: an event that is older than our patch lacks what that added.
    const carried = carriedHash(object);
    if (!old || old.object.metadata.uid !== object.metadata.uid) {
      this.#writes.forget(key);
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

  /** The pass that runs over the instance is about to send a patch of what it carries. */
  patching(key: string): void {
    if (this.#known.has(key) && !this.#writes.isInflight(key)) this.#writes.begin(key, undefined);
  }

  /** A write of the instance succeeded, which voids an earlier unanswered one. */
  answered(key: string): void {
    this.#writes.resolved(key);
  }

  /**
   * A write of the status had no answer. The API server may carry it out late: then the next change of the
   * instance needs a pass, because the pass in between saw the status before that write.
   */
  unanswered(key: string): void {
    if (this.#known.has(key)) this.#writes.lost(key);
  }

  /**
   * Takes the instance as a pass left it: reads see it before the watch has caught up. `patched` is the
   * response of the pass's last patch. Wakes the instance for what another manager changed after it.
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

  /** Takes an instance that was read again for fields that were not kept before. Needs no pass. */
  refresh(object: KubeObject): void {
    const known = this.#known.get(instanceKey(object.metadata));
    if (!known || known.object.metadata.uid !== object.metadata.uid) return;
    const { resourceVersion } = known.object.metadata;
    if (compareRevisions(object.metadata.resourceVersion, resourceVersion) < 0) return;
    known.object = this.#newer(undefined, object);
  }

  /** Takes an event DELETED. */
  remove(object: KubeObject): void {
    const key = instanceKey(object.metadata);
    this.#known.delete(key);
    this.#writes.forget(key);
  }

  #takeUnanswered(key: string): boolean {
    if (!this.#writes.isUnanswered(key)) return false;
    this.#writes.resolved(key);
    return true;
  }

  /** The newer state, reduced to what is kept. Managed fields are half of an instance; no pass reads them. */
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

/** Interns what kro writes on instances: most of it is equal on many. */
function internCommon(instance: KubeObject, interner: Interner): void {
  const { labels, annotations } = instance.metadata;
  interner.internValues(labels, [Label.applySetId]);
  interner.internValues(annotations, [Annotation.inventoryHash]);
  const status = isObject(instance.status) ? instance.status : {};
  for (const condition of Array.isArray(status.conditions) ? status.conditions : []) {
    if (isObject(condition)) interner.internValues(condition);
  }
}

/** A change of it always needs a pass. */
function signatureOf(object: KubeObject): string {
  const { generation, deletionTimestamp } = object.metadata;
  return [generation, deletionTimestamp !== undefined, isSuspended(object)].join(" ");
}

function carriedHash(object: KubeObject): string {
  return digest(carriedText(object));
}
