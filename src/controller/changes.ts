/** Passes the changes of the states of graphs and instances on to subscribers. */
import type { Change } from "./view.ts";

/**
 * The subscribers that are called when the state of a graph or an instance changes. Changes are not stored,
 * so a change without a subscriber costs only a call.
 */
export class Changes {
  readonly #listeners = new Set<(change: Change) => void>();

  /** Calls the listener with each future change. Returns the function that ends the subscription. */
  subscribe(listener: (change: Change) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Passes a change on to all subscribers. */
  emit(change: Change): void {
    for (const listener of this.#listeners) listener(change);
  }
}
