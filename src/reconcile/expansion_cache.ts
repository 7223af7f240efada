/**
 * Caches the objects of large collections, so that later passes over an unchanged instance need not expand
 * the collections again.
 */
import { type KubeObject, Label } from "../api/mod.ts";
import type { Node } from "../graph/mod.ts";

/**
 * The maximum number of cached objects over all instances. An object takes from a few hundred bytes to a
 * few kilobytes, so a full cache takes from one to about twenty megabytes.
 */
const MAX_OBJECTS = 4000;

/**
 * The minimum number of objects in a cached collection. Smaller collections are expanded again in each pass,
 * so that {@link MAX_OBJECTS} leaves room for large collections.
 */
const MIN_COLLECTION = 50;

/**
 * Caches the objects of expanded collections. The keys are the JavaScript object of the instance, and the
 * node. A changed instance is a new JavaScript object, so it has no cached collections yet. A full cache
 * drops the collections of the least recently used instance first. All passes of a process share one cache,
 * {@link PassContext.expansions}.
 */
export class ExpansionCache {
  /**
   * The cached collections by instance and then by node. The instances are in the order of their last use.
   */
  readonly #byInstance = new Map<KubeObject, Map<Node, readonly KubeObject[]>>();
  /** Maps an object without kro's labels to a copy of the object with kro's labels. */
  readonly #labeled = new WeakMap<KubeObject, KubeObject>();
  #size = 0;

  /** Returns the cached objects of a node for this instance object; undefined when nothing is cached. */
  get(instance: KubeObject, node: Node): readonly KubeObject[] | undefined {
    const nodes = this.#byInstance.get(instance);
    const objects = nodes?.get(node);
    if (nodes && objects) {
      this.#byInstance.delete(instance);
      this.#byInstance.set(instance, nodes);
    }
    return objects;
  }

  /**
   * Caches the objects of a collection, if the collection is large and its expressions read only the
   * instance.
   */
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
   * Returns an object of a collection with kro's labels. Every pass gets the identical JavaScript object for
   * the same `item`, so that callers can cache the hash of the result.
   *
   * @param version The value of the label `kro.run/kro-version` in the result.
   * @param label Returns a copy of the object with kro's labels. Called only when no copy with this version
   * is cached.
   */
  labeled(item: KubeObject, version: string, label: () => KubeObject): KubeObject {
    const known = this.#labeled.get(item);
    if (known?.metadata.labels?.[Label.kroVersion] === version) return known;
    const labeled = label();
    this.#labeled.set(item, labeled);
    return labeled;
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
