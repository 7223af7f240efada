/** What a reflector remembers of each object, and how events and lists become changes. */
import { apiVersionOf, type KindRef, type KubeObject } from "../api/mod.ts";
import type { WatchEvent } from "./types.ts";

/** One change as seen from here. */
export interface Change {
  /** From this side's view: an object known under another uid was deleted and added. */
  type: "added" | "modified" | "deleted";
  /** Of `deleted` after a list: only type, name, namespace, uid and the last resourceVersion. */
  object: KubeObject;
}

interface Entry {
  uid: string;
  resourceVersion: string;
}

/** Identity and revision by namespace and name: enough to tell new, changed, gone and repeated. */
export class KnownObjects {
  readonly #kind: KindRef;
  #entries = new Map<string, Entry>();
  #listed?: Map<string, Entry>;

  /** Knows nothing of objects of `kind`. */
  constructor(kind: KindRef) {
    this.#kind = kind;
  }

  /** How many objects there are. */
  get size(): number {
    return this.#entries.size;
  }

  /** Whether an object of that name is known. */
  readonly has = (at: { namespace?: string; name?: string }): boolean =>
    this.#entries.has(placeOf(at));

  /** What an event of a watch changes; nothing when it repeats what is known. */
  fromEvent(event: Exclude<WatchEvent, { type: "BOOKMARK" }>): Change[] {
    const { object } = event;
    if (event.type !== "DELETED") return this.#put(object);
    const key = keyOf(object);
    const entry = this.#entries.get(key);
    // A late DELETED of an earlier object of that name says nothing of the one that is there now.
    if (!entry || entry.uid !== object.metadata.uid) return [];
    this.#entries.delete(key);
    return [{ type: "deleted", object }];
  }

  /** Knows nothing any more: the next list tells of everything. */
  clear(): void {
    this.#entries = new Map();
  }

  /** Begins a list; what was listed before it was broken off does not count. */
  beginList(): void {
    this.#listed = new Map();
  }

  /** What an object of the list changes. */
  fromList(object: KubeObject): Change[] {
    const changes = this.#put(object);
    const key = keyOf(object);
    this.#listed?.set(key, this.#entries.get(key)!);
    return changes;
  }

  /** Ends the list: what it did not show is gone. */
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
