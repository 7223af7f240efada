/** Remembers which objects an instance adopted, so that each adoption is logged once. */
import type { NodeOutcome, ObjectOutcome } from "../../reconcile/mod.ts";

/** The adopted objects of one instance since the controller started. */
export class Adopted {
  readonly #keys = new Set<string>();

  /** How many there are. */
  get size(): number {
    return this.#keys.size;
  }

  /** Takes the nodes of a pass. Returns the objects that it adopted, and the nodes with all adoptions marked. */
  record(nodes: readonly NodeOutcome[]): { adopted: ObjectOutcome[]; nodes: NodeOutcome[] } {
    const adopted = nodes.flatMap((node) => node.objects).filter((object) => object.adopted);
    for (const object of adopted) this.#keys.add(keyOf(object));
    if (this.#keys.size === 0) return { adopted, nodes: [...nodes] };
    return { adopted, nodes: nodes.map((node) => this.#marked(node)) };
  }

  #marked(node: NodeOutcome): NodeOutcome {
    const objects = node.objects.map((object) => {
      // An object that kro created anew replaces the adopted one.
      if (object.action === "created") this.#keys.delete(keyOf(object));
      return this.#keys.has(keyOf(object)) ? { ...object, adopted: true } : object;
    });
    return { ...node, objects };
  }
}

function keyOf({ apiVersion, kind, namespace = "", name }: ObjectOutcome): string {
  return `${apiVersion}/${kind}/${namespace}/${name}`;
}
