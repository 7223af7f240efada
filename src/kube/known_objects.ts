/**
 * Turns watch events and lists into changes, by comparing the uid and resourceVersion of each object with the
 * values that were stored for the object.
 */
import { ApiError, apiVersionOf, type KindRef, type KubeObject } from "../api/mod.ts";
import { MAX_OBJECTS } from "./page_limits.ts";
import { resourceText } from "./path.ts";
import type { WatchEvent } from "./types.ts";

/** A change of one object. */
export interface Change {
  /**
   * The type of the change. When an object was deleted and created again under the same name, with a new
   * uid, two changes are reported: `deleted`, then `added`.
   */
  type: "added" | "modified" | "deleted";
  /**
   * The changed object. When a list shows that an object is gone, the object has only apiVersion, kind,
   * name, namespace, uid and resourceVersion.
   */
  object: KubeObject;
}

interface Entry {
  uid: string;
  resourceVersion: string;
}

/**
 * Stores the uid and the resourceVersion of each known object. An object is identified by its namespace and
 * name.
 */
export class KnownObjects {
  readonly #kind: KindRef;
  readonly #limit: number;
  #entries = new Map<string, Entry>();
  #listed?: Map<string, Entry>;

  /** Creates a store without objects. `limit` is the maximum number of objects. */
  constructor(kind: KindRef, limit: number = MAX_OBJECTS) {
    this.#kind = kind;
    this.#limit = limit;
  }

  /** The number of known objects. */
  get size(): number {
    return this.#entries.size;
  }

  /** Reports whether an object of this namespace and name is known. */
  readonly has = (at: { namespace?: string; name?: string }): boolean =>
    this.#entries.has(placeOf(at));

  /**
   * Returns the changes that a watch event reports. Returns an empty list when the resourceVersion of the
   * object is already known, and for the deletion of an object that is not known, such as an earlier object
   * of the same name. Throws ApiError when the event adds an object and the store is full.
   */
  fromEvent(event: Exclude<WatchEvent, { type: "BOOKMARK" }>): Change[] {
    const { object } = event;
    if (event.type !== "DELETED") return this.#put(object);
    const key = keyOf(object);
    const entry = this.#entries.get(key);
    // If the uid differs, the DELETED event belongs to an earlier object of the same name, so the known
    // object is kept.
    if (!entry || entry.uid !== object.metadata.uid) return [];
    this.#entries.delete(key);
    return [{ type: "deleted", object }];
  }

  /** Forgets all objects. The next list then reports each listed object as added. */
  clear(): void {
    this.#entries = new Map();
  }

  /** Begins a list. An earlier list that was not ended is discarded. */
  beginList(): void {
    this.#listed = new Map();
  }

  /**
   * Stores an object of the list, and returns its changes compared with the values stored before. Throws
   * ApiError when the object is new and the store is full.
   */
  fromList(object: KubeObject): Change[] {
    const changes = this.#put(object);
    const key = keyOf(object);
    this.#listed?.set(key, this.#entries.get(key)!);
    return changes;
  }

  /** Ends the list, and returns a deletion for each known object that the list did not contain. */
  endList(): Change[] {
    const listed = this.#listed ?? new Map<string, Entry>();
    const gone = [...this.#entries].filter(([key]) => !listed.has(key));
    this.#entries = listed;
    this.#listed = undefined;
    return gone.map(([key, entry]) => ({ type: "deleted", object: this.#remains(key, entry) }));
  }

  #put(object: KubeObject): Change[] {
    const key = keyOf(object);
    const { uid = "", resourceVersion = "" } = object.metadata;
    const before = this.#entries.get(key);
    if (before?.uid === uid && before.resourceVersion === resourceVersion) return [];
    // While a list is read, the objects of the previous list are still stored.
    if (!before && this.#entries.size >= this.#limit * (this.#listed ? 2 : 1)) {
      const message = `watch ${resourceText(this.#kind)}: more than ${this.#limit} objects`;
      throw new ApiError(message, { reason: "Other" });
    }
    this.#entries.set(key, { uid, resourceVersion });
    if (!before) return [{ type: "added", object }];
    if (before.uid === uid) return [{ type: "modified", object }];
    return [{ type: "deleted", object: this.#remains(key, before) }, { type: "added", object }];
  }

  #remains(key: string, entry: Entry): KubeObject {
    const slash = key.indexOf("/");
    const namespace = key.slice(0, slash);
    return {
      apiVersion: apiVersionOf(this.#kind),
      kind: this.#kind.kind,
      metadata: { ...(namespace && { namespace }), name: key.slice(slash + 1), ...entry },
    };
  }
}

function keyOf(object: KubeObject): string {
  return placeOf(object.metadata);
}

function placeOf({ namespace = "", name = "" }: { namespace?: string; name?: string }): string {
  return `${namespace}/${name}`;
}
