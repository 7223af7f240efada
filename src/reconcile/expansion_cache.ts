/** What passes made of large collections that read nothing but the instance: the next pass makes the same. */
import type { KubeObject } from "../api/mod.ts";
import type { Node } from "../graph/mod.ts";

/** How many objects are remembered in all, a few hundred bytes to a few kilobytes each. */
const MOST = 4000;
/** Fewer are made again as quickly. */
const WORTHWHILE = 50;

/** The objects of a collection as `expand` makes them, by the instance as it was read and the node. */
export class ExpansionCache {
  /** Last used last. */
  readonly #byInstance = new Map<KubeObject, Map<Node, readonly KubeObject[]>>();
  #size = 0;

  /** What was made of this very object, which nobody may change. */
  get(instance: KubeObject, node: Node): readonly KubeObject[] | undefined {
    const nodes = this.#byInstance.get(instance);
    const objects = nodes?.get(node);
    if (nodes && objects) {
      this.#byInstance.delete(instance);
      this.#byInstance.set(instance, nodes);
    }
    return objects;
  }

  /** Remembers objects, unless they are few or another pass may make others. */
  keep(instance: KubeObject, node: Node, objects: readonly KubeObject[]): void {
    if (objects.length < WORTHWHILE || objects.length > MOST || !readsInstanceAlone(node)) return;
    const nodes = this.#byInstance.get(instance) ?? new Map<Node, readonly KubeObject[]>();
    this.#byInstance.set(instance, nodes);
    this.#size += objects.length - (nodes.get(node)?.length ?? 0);
    nodes.set(node, objects);
    while (this.#size > MOST) this.#forgetOldest();
  }

  #forgetOldest(): void {
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
