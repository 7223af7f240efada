/** Children as objects, made when they are asked for: a pass asks for the same one several times. */
import type { KindRef, KubeObject } from "../../api/mod.ts";
import { type Child, objectOf } from "./child.ts";

/** How many are remembered: as many as one forEach makes, and more. */
const MOST = 2000;

/** See the file's first line. What is kept for good are the children. */
export class Views {
  readonly #made = new Map<string, KubeObject>();

  /** The object of a child. */
  of(key: string, child: Child, kind: KindRef): KubeObject {
    const known = this.#made.get(key);
    if (known) return known;
    const object = objectOf(kind, key, child);
    if (this.#made.size >= MOST) this.#made.clear();
    this.#made.set(key, object);
    return object;
  }

  /** The child is another one by now, or gone. */
  forget(key: string): void {
    this.#made.delete(key);
  }
}
