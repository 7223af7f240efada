/**
 * Stores the external objects of one kind. The watch delivers the metadata of every object. The other fields
 * of an object are stored only after a pass has read the object.
 */
import type { KubeObject, ObjectMeta } from "../../api/mod.ts";
import { coversReads, type Reads } from "../../cel/mod.ts";
import { compareRevisions } from "../../kube/mod.ts";
import { matchLabels } from "../../reconcile/mod.ts";
import { NO_READS } from "./graph_reads.ts";
import type { ObjectKey } from "./child.ts";
import { foreignPart } from "./trim.ts";

/** One external object in the cache. */
export interface Seen {
  /** The name, namespace, UID, labels and resourceVersion of the object, as delivered by the watch. */
  metadata: ObjectMeta;
  /**
   * The object reduced to the paths that expressions read. Absent before the first GET, and again after each
   * change of the object.
   */
  object?: KubeObject;
}

/** The external objects of one kind, stored by namespace and name. */
export class ExternalStore {
  readonly #seen = new Map<string, Seen>();
  #reads: Reads;

  /**
   * Creates an empty store.
   *
   * @param reads The paths to keep of each object that a pass reads.
   */
  constructor(reads: Reads = NO_READS) {
    this.#reads = reads;
  }

  /**
   * Replaces the paths that are kept of each object. An object that lacks some of the new paths is read again
   * on its next use.
   */
  set reads(reads: Reads) {
    const isKnown = coversReads(this.#reads, reads);
    if (isKnown && coversReads(reads, this.#reads)) return;
    this.#reads = reads;
    for (const seen of this.#seen.values()) {
      if (seen.object) seen.object = isKnown ? foreignPart(seen.object, reads) : undefined;
    }
  }

  /** Removes all objects. Called when the watch has lost its permission and starts again with a list. */
  clear(): void {
    this.#seen.clear();
  }

  /** Returns the cached object; undefined when the object does not exist. */
  get(at: ObjectKey): Seen | undefined {
    return this.#seen.get(keyOf(at));
  }

  /** Returns the objects that the label selector matches, sorted by namespace and name. */
  list(selector: string, namespace?: string): Seen[] {
    return [...this.#seen.entries()]
      .filter(([, { metadata }]) => namespace === undefined || metadata.namespace === namespace)
      .filter(([, { metadata }]) => matchLabels(selector, metadata.labels))
      .sort(([a], [b]) => a < b ? -1 : 1)
      .map(([, seen]) => seen);
  }

  /** Handles an ADDED or MODIFIED event, and returns the previous state of the object. */
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

  /** Handles a DELETED event, and returns the last state of the object. */
  gone(object: KubeObject): Seen | undefined {
    const key = keyOf(object.metadata);
    const before = this.#seen.get(key);
    if (before?.metadata.uid === object.metadata.uid) this.#seen.delete(key);
    return before;
  }

  /**
   * Stores an object from the response to a GET or a LIST, until a newer event arrives. Returns the part of
   * the object that is kept.
   */
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
