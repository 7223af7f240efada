/** Records which existing objects an instance has adopted, so that each adoption is logged only once. */
import type { NodeOutcome, ObjectOutcome } from "../../reconcile/mod.ts";

/** The objects that one instance has adopted since the process started. */
export class Adopted {
  readonly #keys = new Set<string>();

  /** The number of adopted objects. */
  get size(): number {
    return this.#keys.size;
  }

  /** Forgets objects that kro has deleted. */
  forget(removed: readonly ObjectOutcome[]): void {
    for (const object of removed) this.#keys.delete(keyOf(object));
  }

  /**
   * Records the objects that a pass adopted. Returns these objects, and the nodes of the pass. In the
   * returned nodes, every object that this pass or an earlier pass adopted is marked as adopted.
   */
  record(nodes: readonly NodeOutcome[]): { adopted: ObjectOutcome[]; nodes: NodeOutcome[] } {
    const adopted = nodes.flatMap((node) => node.objects).filter((object) => object.adopted);
    for (const object of adopted) this.#keys.add(keyOf(object));
    if (this.#keys.size === 0) return { adopted, nodes: [...nodes] };
    return { adopted, nodes: nodes.map((node) => this.#marked(node)) };
  }

  #marked(node: NodeOutcome): NodeOutcome {
    const objects = node.objects.map((object) => {
      // If the pass created the object, an object of the same name that was adopted earlier no longer exists.
      // The new object does not count as adopted.
      if (object.action === "created") this.#keys.delete(keyOf(object));
      return this.#keys.has(keyOf(object)) ? { ...object, adopted: true } : object;
    });
    return { ...node, objects };
  }
}

function keyOf({ apiVersion, kind, namespace = "", name }: ObjectOutcome): string {
  return `${apiVersion}/${kind}/${namespace}/${name}`;
}
