/** Objects of one kind that are not ours: metadata by the watch, the rest only of those that were read. */
import type { KubeObject, ObjectMeta } from "../../api/mod.ts";
import { coversReads, type Reads } from "../../cel/mod.ts";
import { compareRevisions } from "../../kube/mod.ts";
import { matchLabels } from "../../reconcile/mod.ts";
import { NO_READS } from "./graph_reads.ts";
import type { ObjectKey } from "./store.ts";
import { foreignPart } from "./trim.ts";

/** What is known of one object. */
export interface Seen {
  /** Name, namespace, uid, labels and resourceVersion, by the watch. */
  metadata: ObjectMeta;
  /** The object as far as expressions read it; absent when it was never read or changed since. */
  object?: KubeObject;
}

/** See the file's first line. */
export class ExternalStore {
  readonly #seen = new Map<string, Seen>();
  #reads: Reads;

  /** Keeps of objects that are read no more than `reads`. */
  constructor(reads: Reads = NO_READS) {
    this.#reads = reads;
  }

  /** From now on this much is read of objects; those of which more is read than is known are read anew. */
  set reads(reads: Reads) {
    const isKnown = coversReads(this.#reads, reads);
    if (isKnown && coversReads(reads, this.#reads)) return;
    this.#reads = reads;
    for (const seen of this.#seen.values()) {
      if (seen.object) seen.object = isKnown ? foreignPart(seen.object, reads) : undefined;
    }
  }

  /** Forgets all objects: what was told of them no longer stands. */
  clear(): void {
    this.#seen.clear();
  }

  /** What is known of the object; undefined when it is not there. */
  get(at: ObjectKey): Seen | undefined {
    return this.#seen.get(keyOf(at));
  }

  /** Objects that the selector takes, by namespace and name. */
  list(selector: string, namespace?: string): Seen[] {
    return [...this.#seen.entries()]
      .filter(([, { metadata }]) => namespace === undefined || metadata.namespace === namespace)
      .filter(([, { metadata }]) => matchLabels(selector, metadata.labels))
      .sort(([a], [b]) => a < b ? -1 : 1)
      .map(([, seen]) => seen);
  }

  /** Takes an event ADDED or MODIFIED; returns what was known before. */
  observe(object: KubeObject): Seen | undefined {
    const key = keyOf(object.metadata);
    const before = this.#seen.get(key);
    const { name, namespace, uid, labels, resourceVersion } = object.metadata;
    const read = before?.object;
    const current = read?.metadata.uid === uid &&
      compareRevisions(resourceVersion, read?.metadata.resourceVersion) <= 0;
    this.#seen.set(key, {
      metadata: { name, namespace, uid, labels, resourceVersion },
      ...(current && { object: read }),
    });
    return before;
  }

  /** Takes an event DELETED; returns what was known before. */
  gone(object: KubeObject): Seen | undefined {
    const key = keyOf(object.metadata);
    const before = this.#seen.get(key);
    if (before?.metadata.uid === object.metadata.uid) this.#seen.delete(key);
    return before;
  }

  /** Takes a whole object that was read; returns what is kept of it, until an event is newer. */
  read(object: KubeObject): KubeObject {
    const part = foreignPart(object, this.#reads);
    const seen = this.#seen.get(keyOf(object.metadata));
    const { uid, resourceVersion } = object.metadata;
    const same = seen?.metadata.uid === uid;
    if (seen && same && compareRevisions(resourceVersion, seen.metadata.resourceVersion) >= 0) {
      seen.object = part;
    }
    return part;
  }
}

function keyOf(at: { namespace?: string; name?: string }): string {
  return `${at.namespace ?? ""}\0${at.name ?? ""}`;
}
