/** Turns watch events and lists into changes, by comparing uid and resourceVersion with the known objects. */
import { apiVersionOf, type KindRef, type KubeObject } from "../api/mod.ts";
import type { WatchEvent } from "./types.ts";

/** A change of one object. */
export interface Change {
  /** An object recreated under its name, with another uid, is two changes: deleted, then added. */
  type: "added" | "modified" | "deleted";
  /** The object. A deletion found by a list has only type, name, namespace, uid and resourceVersion. */
  object: KubeObject;
}

interface Entry {
  uid: string;
  resourceVersion: string;
}

/** Remembers uid and resourceVersion of each object by namespace and name. */
export class KnownObjects {
  readonly #kind: KindRef;
  #entries = new Map<string, Entry>();
  #listed?: Map<string, Entry>;

  /** Starts without any object. */
  constructor(kind: KindRef) {
    this.#kind = kind;
  }

  /** How many objects are known. */
  get size(): number {
    return this.#entries.size;
  }

  /** Whether an object of this name is known. */
  readonly has = (at: { namespace?: string; name?: string }): boolean =>
    this.#entries.has(placeOf(at));

  /** Returns the changes of a watch event: an empty list when the object has the known resourceVersion. */
  fromEvent(event: Exclude<WatchEvent, { type: "BOOKMARK" }>): Change[] {
    const { object } = event;
    if (event.type !== "DELETED") return this.#put(object);
    const key = keyOf(object);
    const entry = this.#entries.get(key);
    // Skips the DELETED event of an earlier object that had the same name.
    if (!entry || entry.uid !== object.metadata.uid) return [];
    this.#entries.delete(key);
    return [{ type: "deleted", object }];
  }

  /** Forgets all objects, so that the next list reports each of them as added. */
  clear(): void {
    this.#entries = new Map();
  }

  /** Begins a list. An earlier list that did not end is discarded. */
  beginList(): void {
    this.#listed = new Map();
  }

  /** Returns the changes of one item of the list. */
  fromList(object: KubeObject): Change[] {
    const changes = this.#put(object);
    const key = keyOf(object);
    this.#listed?.set(key, this.#entries.get(key)!);
    return changes;
  }

  /** Ends the list. Returns a deletion for each known object that the list did not contain. */
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
