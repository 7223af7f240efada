/** When the status of one instance is written: its state at once, what ticks not at every tick. */
import type { StatusChange } from "../reconcile/mod.ts";

/** Objects that settle change often within this: one write tells all of it. */
const FIELDS_MS = 250;

/** A text that changed alone. */
const TEXTS_MS = 10_000;

/** See the file's first line. */
export class StatusPace {
  readonly #now: () => number;
  #written = -Infinity;
  #fieldsSince?: number;

  /** `now` is in milliseconds from any fixed point. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** Milliseconds until such a change may be written; after 0 it counts as written. */
  putOff(change: StatusChange | undefined): number {
    const now = this.#now();
    const due = this.#due(change, now);
    if (due > now) return Math.ceil(due - now);
    this.#fieldsSince = undefined;
    if (change) this.#written = now;
    return 0;
  }

  #due(change: StatusChange | undefined, now: number): number {
    switch (change) {
      case "fields":
        return (this.#fieldsSince ??= now) + FIELDS_MS;
      case "texts of conditions":
        return this.#written + TEXTS_MS;
      default:
        return now;
    }
  }
}
