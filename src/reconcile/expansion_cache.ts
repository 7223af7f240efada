/** Caches the objects of large collections across passes over the same instance. */
import { type KubeObject, Label } from "../api/mod.ts";
import type { Node } from "../graph/mod.ts";

/** Maximum number of objects over all instances; each takes a few hundred bytes to a few kilobytes. */
const MAX_OBJECTS = 4000;

/** Smaller collections are not cached: expanding them is cheap. */
const MIN_COLLECTION = 50;

/**
 * Caches the objects that `expand` returned, by instance object and node. The key is the identity of the
 * instance object, so a new state of an instance is expanded anew. Evicts the least recently used
 * instances. One cache serves all passes of a process, as {@link PassContext.expansions}.
 */
export class ExpansionCache {
  /** In order of use, the most recently used instance last. */
  readonly #byInstance = new Map<KubeObject, Map<Node, readonly KubeObject[]>>();
  /** Items with kro's labels, by item without them. */
  readonly #labelled = new WeakMap<KubeObject, KubeObject>();
  #size = 0;

  /** The cached collection of a node, expanded from this instance object; undefined on a miss. */
  get(instance: KubeObject, node: Node): readonly KubeObject[] | undefined {
    const nodes = this.#byInstance.get(instance);
    const objects = nodes?.get(node);
    if (nodes && objects) {
      this.#byInstance.delete(instance);
      this.#byInstance.set(instance, nodes);
    }
    return objects;
  }

  /** Caches a collection if it is large and its expressions read only the instance. */
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
   * The item of a collection with kro's labels. Every pass gets the same object, so that its hash can be
   * memoized. `label` runs once for each item and version label.
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
