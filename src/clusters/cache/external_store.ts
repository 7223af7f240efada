/** The external objects of one kind: metadata from the watch, further fields only of objects that were read. */
import type { KubeObject, ObjectMeta } from "../../api/mod.ts";
import { coversReads, type Reads } from "../../cel/mod.ts";
import { compareRevisions } from "../../kube/mod.ts";
import { matchLabels } from "../../reconcile/mod.ts";
import { NO_READS } from "./graph_reads.ts";
import type { ObjectKey } from "./child.ts";
import { foreignPart } from "./trim.ts";

/** One external object. */
export interface Seen {
  /** Name, namespace, uid, labels and resourceVersion, from the watch. */
  metadata: ObjectMeta;
  /** The paths that expressions read; absent before the first GET and after a change. */
  object?: KubeObject;
}

/** The external objects of one kind, by namespace and name. */
export class ExternalStore {
  readonly #seen = new Map<string, Seen>();
  #reads: Reads;

  /** Creates an empty store. `reads` are the paths to keep of objects that are read. */
  constructor(reads: Reads = NO_READS) {
    this.#reads = reads;
  }

  /** Replaces the paths to keep; objects that lack some of them are read again on their next use. */
  set reads(reads: Reads) {
    const isKnown = coversReads(this.#reads, reads);
    if (isKnown && coversReads(reads, this.#reads)) return;
    this.#reads = reads;
    for (const seen of this.#seen.values()) {
      if (seen.object) seen.object = isKnown ? foreignPart(seen.object, reads) : undefined;
    }
  }

  /** Removes all objects, when the watch lost its permission and lists again. */
  clear(): void {
    this.#seen.clear();
  }

  /** The object; undefined when it does not exist. */
  get(at: ObjectKey): Seen | undefined {
    return this.#seen.get(keyOf(at));
  }

  /** The objects that the label selector matches, sorted by namespace and name. */
  list(selector: string, namespace?: string): Seen[] {
    return [...this.#seen.entries()]
      .filter(([, { metadata }]) => namespace === undefined || metadata.namespace === namespace)
      .filter(([, { metadata }]) => matchLabels(selector, metadata.labels))
      .sort(([a], [b]) => a < b ? -1 : 1)
      .map(([, seen]) => seen);
  }

  /** Handles an ADDED or MODIFIED event and returns the previous state of the object. */
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

  /** Handles a DELETED event and returns the last state of the object. */
  gone(object: KubeObject): Seen | undefined {
    const key = keyOf(object.metadata);
    const before = this.#seen.get(key);
    if (before?.metadata.uid === object.metadata.uid) this.#seen.delete(key);
    return before;
  }

  /** Stores an object from a GET or a list until a newer event arrives; returns the part that is kept. */
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
