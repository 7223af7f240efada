/** Which objects of an instance were there before and belonged to nobody: a pass tells it only once. */
import type { NodeOutcome, ObjectOutcome } from "../../reconcile/mod.ts";

/** Of one instance, since the controller started. */
export class Adopted {
  readonly #keys = new Set<string>();

  /** How many there are. */
  get size(): number {
    return this.#keys.size;
  }

  /** Takes what a pass found: those that it adopted, and its nodes with earlier adoptions marked. */
  note(nodes: readonly NodeOutcome[]): { adopted: ObjectOutcome[]; nodes: NodeOutcome[] } {
    const adopted = nodes.flatMap((node) => node.objects).filter((object) => object.adopted);
    for (const object of adopted) this.#keys.add(keyOf(object));
    if (this.#keys.size === 0) return { adopted, nodes: [...nodes] };
    return { adopted, nodes: nodes.map((node) => this.#marked(node)) };
  }

  #marked(node: NodeOutcome): NodeOutcome {
    const objects = node.objects.map((object) => {
      // What kro made anew is its own from then on.
      if (object.action === "created") this.#keys.delete(keyOf(object));
      return this.#keys.has(keyOf(object)) ? { ...object, adopted: true } : object;
    });
    return { ...node, objects };
  }
}

function keyOf({ apiVersion, kind, namespace = "", name }: ObjectOutcome): string {
  return `${apiVersion}/${kind}/${namespace}/${name}`;
}
