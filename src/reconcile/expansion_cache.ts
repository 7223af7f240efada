/** Caches the objects of large collections across passes over the same instance. */
import { type KubeObject, Label } from "../api/mod.ts";
import type { Node } from "../graph/mod.ts";

/** Objects in the cache over all instances; each takes a few hundred bytes to a few kilobytes. */
const MAX_OBJECTS = 4000;

/** A smaller collection is expanded faster than it pays to cache it. */
const MIN_COLLECTION = 50;

/**
 * The objects that `expand` made, by instance object and node. The key is the identity of the instance
 * object, so an instance that was read anew is expanded anew. Least recently used instances are
 * evicted.
 */
export class ExpansionCache {
  /** The most recently used instance is last. */
  readonly #byInstance = new Map<KubeObject, Map<Node, readonly KubeObject[]>>();
  /** Items as they are applied; an item belongs to one instance, node and index. */
  readonly #labelled = new WeakMap<KubeObject, KubeObject>();
  #size = 0;

  /** The collection as it was expanded from this very instance object, or undefined. */
  get(instance: KubeObject, node: Node): readonly KubeObject[] | undefined {
    const nodes = this.#byInstance.get(instance);
    const objects = nodes?.get(node);
    if (nodes && objects) {
      this.#byInstance.delete(instance);
      this.#byInstance.set(instance, nodes);
    }
    return objects;
  }

  /** Caches a collection if it is large and its expressions read nothing but the instance. */
  keep(instance: KubeObject, node: Node, objects: readonly KubeObject[]): void {
    if (objects.length < MIN_COLLECTION || objects.length > MAX_OBJECTS) return;
    if (!readsInstanceAlone(node)) return;
    const nodes = this.#byInstance.get(instance) ?? new Map<Node, readonly KubeObject[]>();
    this.#byInstance.set(instance, nodes);
    this.#size += objects.length - (nodes.get(node)?.length ?? 0);
    nodes.set(node, objects);
    while (this.#size > MAX_OBJECTS) this.#evict();
  }

  /**
   * The item of a collection with kro's labels: the same object in each pass, so that its hash can be
   * cached, too. `label` runs once for each item and version label.
   */
  labelled(item: KubeObject, version: string, label: () => KubeObject): KubeObject {
    const known = this.#labelled.get(item);
    if (known?.metadata.labels?.[Label.kroVersion] === version) return known;
    const labelled = label();
    this.#labelled.set(item, labelled);
    return labelled;
  }

  #evict(): void {
    const [oldest, nodes] = this.#byInstance.entries().next().value!;
    this.#byInstance.delete(oldest);
    for (const objects of nodes.values()) this.#size -= objects.length;
  }
}

function readsInstanceAlone(node: Node): boolean {
  const known = new Set(["schema", ...node.forEach.map((d) => d.variable)]);
  return [...node.forEach.map((d) => d.list), ...node.fields.map((f) => f.expression)]
    .every(({ program }) => program.references.every((name) => known.has(name)));
}
