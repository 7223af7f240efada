/** Children as objects, made when they are asked for: a pass asks for the same one several times. */
import type { KindRef, KubeObject } from "../../api/mod.ts";
import { type Child, objectOf } from "./child.ts";

/** How many are remembered: as many as one forEach makes, and more. */
const MOST = 1200;

/** A child as passes see it. */
export interface View {
  /** The object. */
  readonly object: KubeObject;
  /** What tells the desired object that was last found to hold; see `settled.ts`. */
  held?: string;
}

/** See the file's first line. What is kept for good are the children. */
export class Views {
  readonly #made = new Map<string, View>();

  /** The view of a child. */
  of(key: string, child: Child, kind: KindRef): View {
    const known = this.#made.get(key);
    if (known) return known;
    const view = { object: objectOf(kind, key, child) };
    if (this.#made.size >= MOST) this.#made.clear();
    this.#made.set(key, view);
    return view;
  }

  /** What the view of the child remembers, if there is one. */
  heldOf(key: string): string | undefined {
    return this.#made.get(key)?.held;
  }

  /** The child is another one by now, or gone. */
  forget(key: string): void {
    this.#made.delete(key);
  }
}
