/** The objects of one kind as a plan sees them: the live objects, overlaid with the planned writes. */
import { type KubeObject, Label } from "../../api/mod.ts";

/** Returns the key of an object in its {@link Table}. */
export function keyIn(namespace: string | undefined, name: string): string {
  return `${namespace ?? ""}/${name}`;
}

function keyOf({ metadata: { namespace, name = "" } }: KubeObject): string {
  return keyIn(namespace, name);
}

/**
 * A table of the objects of one kind, with indexes by ApplySet and by graph node. A planned object replaces
 * the live object, and a list that arrives later does not overwrite a planned object.
 */
export class Table {
  readonly #objects = new Map<string, KubeObject>();
  readonly #indexes = new Map<string, Set<string>>();
  readonly #planned = new Set<string>();

  /** Adds listed objects, except objects that the plan has written. */
  load(objects: readonly KubeObject[]): void {
    for (const object of objects) {
      if (!this.#planned.has(keyOf(object))) this.#put(object);
    }
  }

  /** Returns the object; undefined when the table does not contain the object. */
  get(key: string): KubeObject | undefined {
    return this.#objects.get(key);
  }

  /** Whether the plan has written or deleted the object. */
  isPlanned(key: string): boolean {
    return this.#planned.has(key);
  }

  /** Returns the objects that the plan has written, with their keys. A deleted object is undefined. */
  planned(): [string, KubeObject | undefined][] {
    return [...this.#planned].map((key) => [key, this.#objects.get(key)]);
  }

  /** Replaces an object by its planned state. */
  write(object: KubeObject): void {
    this.#planned.add(keyOf(object));
    this.#put(object);
  }

  /** Removes an object that the plan deletes. */
  remove(key: string): void {
    this.#planned.add(key);
    this.#drop(key);
  }

  /**
   * Returns the objects with the label of the ApplySet, and those with the label of the instance. An object
   * may have lost one of the labels.
   */
  members(applySet: string, instanceUid?: string): KubeObject[] {
    const found = this.#indexed(`set/${applySet}`);
    if (!instanceUid) return found;
    return [...new Set([...found, ...this.#indexed(`uid/${instanceUid}`)])];
  }

  /** Returns the objects of a collection node of one instance. */
  items(instanceUid: string, nodeId: string): KubeObject[] {
    return this.#indexed(`node/${instanceUid}/${nodeId}`);
  }

  #indexed(index: string): KubeObject[] {
    return [...this.#indexes.get(index) ?? []].map((key) => this.#objects.get(key)!);
  }

  #put(object: KubeObject): void {
    const key = keyOf(object);
    this.#drop(key);
    this.#objects.set(key, object);
    for (const index of indexesOf(object)) {
      const keys = this.#indexes.get(index) ?? new Set();
      this.#indexes.set(index, keys.add(key));
    }
  }

  #drop(key: string): void {
    const old = this.#objects.get(key);
    if (!old) return;
    this.#objects.delete(key);
    for (const index of indexesOf(old)) this.#indexes.get(index)?.delete(key);
  }
}

function indexesOf({ metadata: { labels = {} } }: KubeObject): string[] {
  const { [Label.applySetPartOf]: applySet, [Label.instanceId]: uid, [Label.nodeId]: node } =
    labels;
  return [
    ...(applySet === undefined ? [] : [`set/${applySet}`]),
    ...(uid ? [`uid/${uid}`] : []),
    ...(node === undefined ? [] : [`node/${uid ?? ""}/${node}`]),
  ];
}
