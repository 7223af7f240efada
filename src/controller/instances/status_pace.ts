/** When the status of one instance is written: its state at once, what ticks not at every tick. */
import type { StatusChange } from "../../reconcile/mod.ts";

/** Objects that settle change often: one write tells all of this time, the next twice as much. */
const FIELDS_MS = { first: 250, longest: 2000 };

/** A text that changed alone; after as long without a write, fields begin anew with their first delay. */
const TEXTS_MS = 10_000;

/** See the file's first line. */
export class StatusPace {
  readonly #now: () => number;
  #written = -Infinity;
  #fieldsMs = FIELDS_MS.first;
  #fieldsDue?: number;

  /** `now` is in milliseconds from any fixed point. */
  constructor(now: () => number = present) {
    this.#now = now;
  }

  /** Milliseconds until such a change may be written; after 0 it counts as written. */
  putOff(change: StatusChange | undefined): number {
    const now = this.#now();
    const due = this.#due(change, now);
    if (due > now) return Math.ceil(due - now);
    this.#fieldsDue = undefined;
    if (!change) return 0;
    this.#written = now;
    this.#fieldsMs = change === "fields"
      ? Math.min(this.#fieldsMs * 2, FIELDS_MS.longest)
      : FIELDS_MS.first;
    return 0;
  }

  #due(change: StatusChange | undefined, now: number): number {
    switch (change) {
      case "fields":
        if (now - this.#written > TEXTS_MS) this.#fieldsMs = FIELDS_MS.first;
        return this.#fieldsDue ??= now + this.#fieldsMs;
      case "texts of conditions":
        return this.#written + TEXTS_MS;
      default:
        return now;
    }
  }
}

/** One for all paces: there is one of them for each instance. */
function present(): number {
  return performance.now();
}
