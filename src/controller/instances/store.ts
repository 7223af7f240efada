/** The instances of one kind as watch events and our own writes tell of them, and which events matter. */
import { Annotation, isObject, type KubeObject, Label } from "../../api/mod.ts";
import { digest } from "../../clusters/mod.ts";
import { compareRevisions } from "../../kube/mod.ts";
import { carriedText, isSuspended } from "../../reconcile/mod.ts";
import { Interner } from "./interner.ts";

interface Known {
  /** The newest that is known. */
  object: KubeObject;
  /** Its key, as it is held here. */
  readonly key: string;
  /** What events last said of that which wakes. */
  seen: string;
  /** Hash of what kro put on it, as events or our own patch last left it. */
  carried: string;
  /** A patch of ours is under way; what an event said meanwhile of what the instance carries. */
  patching?: { revision: string; carried: string } | "quiet";
  /** A write of its status had no answer: it may come to pass, or not. */
  unsure?: boolean;
}

/** Where an instance is, as a queue's key: `namespace/name`, or `/name`. */
export function instanceKey(object: { namespace?: string; name?: string }): string {
  return `${object.namespace ?? ""}/${object.name ?? ""}`;
}

/** See the file's first line. */
export class InstanceStore {
  /** Expressions look at kubectl's last-applied configuration; else it is not kept. */
  keepsLastApplied = false;
  readonly #known = new Map<string, Known>();
  readonly #texts = new Interner();

  /** How many there are. */
  get size(): number {
    return this.#known.size;
  }

  /** All keys. */
  keys(): string[] {
    return [...this.#known.keys()];
  }

  /** An equal key; the one that is held here, if there is one. */
  ownKey(key: string): string {
    return this.#known.get(key)?.key ?? key;
  }

  /** The newest known state. */
  get(key: string): KubeObject | undefined {
    return this.#known.get(key)?.object;
  }

  /**
   * Takes an event. True when a pass has to look at it: a new instance, a changed spec, a deletion,
   * suspended and resumed, or an edit of what kro put on it; what passes write themselves is no news.
   */
  observe(event: KubeObject): boolean {
    const key = instanceKey(event.metadata);
    const old = this.#known.get(key);
    const seen = signature(event);
    const object = this.#newer(old?.object, event);
    // An event that is older than our own patch says nothing of what that put there.
    const carried = carriedHash(object);
    const isSame = old?.seen === seen && old.object.metadata.uid === object.metadata.uid;
    if (isSame && old.patching && old.carried !== carried) {
      // It may be the event of that patch: its answer tells.
      old.object = object;
      old.patching = { revision: object.metadata.resourceVersion ?? "", carried };
      return false;
    }
    // The pass after the write that was lost judged by what was there before it.
    const cameToPass = isSame && old.unsure === true && object !== old.object;
    const { patching, unsure } = old ?? {};
    this.#known.set(old?.key ?? key, {
      key: old?.key ?? key,
      object,
      seen,
      carried,
      patching,
      ...(unsure && !cameToPass ? { unsure } : {}),
    });
    return !isSame || cameToPass || old.carried !== carried;
  }

  /** Before a patch of what the instance carries is sent. */
  patching(key: string): void {
    const known = this.#known.get(key);
    if (known) known.patching = "quiet";
  }

  /**
   * The patch was answered, with that revision, or refused. True when an event meanwhile told of an edit
   * by somebody else, which a pass has to look at.
   */
  patched(key: string, revision?: string): boolean {
    const known = this.#known.get(key);
    const event = known?.patching;
    if (!known || !event) return false;
    known.patching = undefined;
    if (event === "quiet") return false;
    if (revision !== undefined && compareRevisions(event.revision, revision) <= 0) return false;
    known.carried = event.carried;
    return true;
  }

  /** A write of the status was sent and not answered: the next change of the instance is to be looked at. */
  unsure(key: string): void {
    const known = this.#known.get(key);
    if (known) known.unsure = true;
  }

  /**
   * Takes the response of an own write: reads see it before the watch has caught up. `patched`: it
   * wrote what the instance has to carry, so that the event of it is no news.
   */
  learn(object: KubeObject, patched = false): void {
    const known = this.#known.get(instanceKey(object.metadata));
    if (known && known.object.metadata.uid === object.metadata.uid) {
      const newest = this.#newer(known.object, object);
      // Writes name the revision that they replace: an earlier one that was lost is void by now.
      if (newest !== known.object) delete known.unsure;
      known.object = newest;
      if (patched) known.carried = carriedHash(known.object);
    }
  }

  /** Takes a whole object that was read once more; it is no news. */
  refresh(object: KubeObject): void {
    const known = this.#known.get(instanceKey(object.metadata));
    if (!known || known.object.metadata.uid !== object.metadata.uid) return;
    const { resourceVersion } = known.object.metadata;
    if (compareRevisions(object.metadata.resourceVersion, resourceVersion) < 0) return;
    known.object = this.#newer(undefined, object);
  }

  /** Takes an event that the instance is gone. */
  remove(object: KubeObject): void {
    this.#known.delete(instanceKey(object.metadata));
  }

  /** Managed fields are nothing that a pass over an instance reads, and half of its size. */
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
    shareTexts(kept, this.#texts);
    return kept;
  }
}

/** Most of what kro itself writes on instances is the same on many. */
function shareTexts(instance: KubeObject, texts: Interner): void {
  const { labels, annotations } = instance.metadata;
  texts.share(labels, [Label.applySetId]);
  texts.share(annotations, [Annotation.inventoryHash]);
  const status = isObject(instance.status) ? instance.status : {};
  for (const condition of Array.isArray(status.conditions) ? status.conditions : []) {
    if (isObject(condition)) texts.share(condition);
  }
}

function signature(object: KubeObject): string {
  const { generation, deletionTimestamp } = object.metadata;
  return [generation, deletionTimestamp !== undefined, isSuspended(object)].join(" ");
}

function carriedHash(object: KubeObject): string {
  return digest(carriedText(object));
}
