/** Records which objects an instance adopted, so that each adoption is logged once. */
import type { NodeOutcome, ObjectOutcome } from "../../reconcile/mod.ts";

/** The objects that one instance adopted since the controller started. */
export class Adopted {
  readonly #keys = new Set<string>();

  /** The number of adopted objects. */
  get size(): number {
    return this.#keys.size;
  }

  /**
   * Records the adoptions of a pass. Returns the objects that it adopted, and its nodes with all objects
   * marked that were ever adopted.
   */
  record(nodes: readonly NodeOutcome[]): { adopted: ObjectOutcome[]; nodes: NodeOutcome[] } {
    const adopted = nodes.flatMap((node) => node.objects).filter((object) => object.adopted);
    for (const object of adopted) this.#keys.add(keyOf(object));
    if (this.#keys.size === 0) return { adopted, nodes: [...nodes] };
    return { adopted, nodes: nodes.map((node) => this.#marked(node)) };
  }

  #marked(node: NodeOutcome): NodeOutcome {
    const objects = node.objects.map((object) => {
      // The adopted object was deleted, and kro created this one in its place.
      if (object.action === "created") this.#keys.delete(keyOf(object));
      return this.#keys.has(keyOf(object)) ? { ...object, adopted: true } : object;
    });
    return { ...node, objects };
  }
}

function keyOf({ apiVersion, kind, namespace = "", name }: ObjectOutcome): string {
  return `${apiVersion}/${kind}/${namespace}/${name}`;
}
