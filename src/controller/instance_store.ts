/** The instances of one kind as watch events and our own writes tell of them, and which events matter. */
import type { KubeObject } from "../api/mod.ts";
import { carriedText, isSuspended } from "../reconcile/mod.ts";
import { compareRevisions } from "./cache/revision.ts";

interface Known {
  /** The newest that is known. */
  object: KubeObject;
  /** What events last said of that which wakes. */
  seen: string;
  /** What kro put on it, as events or our own patch last left it. */
  carried: string;
}

/** Where an instance is, as a queue's key: `namespace/name`, or `/name`. */
export function instanceKey(object: { namespace?: string; name?: string }): string {
  return `${object.namespace ?? ""}/${object.name ?? ""}`;
}

/** See the file's first line. */
export class InstanceStore {
  readonly #known = new Map<string, Known>();

  /** How many there are. */
  get size(): number {
    return this.#known.size;
  }

  /** All keys. */
  keys(): string[] {
    return [...this.#known.keys()];
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
    const object = newer(old?.object, event);
    // An event that is older than our own patch says nothing of what that put there.
    const carried = carriedText(object);
    this.#known.set(key, { object, seen, carried });
    return old?.seen !== seen || old.carried !== carried;
  }

  /**
   * Takes the response of an own write: reads see it before the watch has caught up. `patched`: it
   * wrote what the instance has to carry, so that the event of it is no news.
   */
  learn(object: KubeObject, patched = false): void {
    const known = this.#known.get(instanceKey(object.metadata));
    if (known && known.object.metadata.uid === object.metadata.uid) {
      known.object = newer(known.object, object);
      if (patched) known.carried = carriedText(known.object);
    }
  }

  /** Takes an event that the instance is gone. */
  remove(object: KubeObject): void {
    this.#known.delete(instanceKey(object.metadata));
  }
}

function signature(object: KubeObject): string {
  const { uid, generation, deletionTimestamp } = object.metadata;
  return [uid, generation, deletionTimestamp !== undefined, isSuspended(object)].join(" ");
}

/** Managed fields are nothing that a pass over an instance reads, and half of its size. */
function newer(old: KubeObject | undefined, object: KubeObject): KubeObject {
  const { managedFields: _, ...metadata } = object.metadata;
  const same = old?.metadata.uid === metadata.uid;
  const stale = same &&
    compareRevisions(metadata.resourceVersion, old?.metadata.resourceVersion) <= 0;
  return stale ? old! : { ...object, metadata };
}
