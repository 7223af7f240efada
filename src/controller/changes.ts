/** Notifies subscribers when the state of a graph or an instance has changed. */
import type { Change } from "./view.ts";

/**
 * The subscribers that are called when the state of a graph or an instance changes. Changes are not stored,
 * so without subscribers a change takes almost no time and no memory.
 */
export class Changes {
  readonly #listeners = new Set<(change: Change) => void>();

  /** Calls the listener with each future change. Returns the function that ends the subscription. */
  subscribe(listener: (change: Change) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Calls all subscribers with the change. */
  emit(change: Change): void {
    for (const listener of this.#listeners) listener(change);
  }
}
