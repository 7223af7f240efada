/** Paces the status writes of one instance: changes of state at once, others debounced. */
import type { StatusChange, StatusPacing } from "../../reconcile/mod.ts";

/** Delay of a change of fields alone: doubles with each such write. */
const FIELDS_MS = { first: 250, longest: 2000 };

/**
 * Least time between the last write and one of messages alone. After as long without a write, the delay
 * of fields starts anew.
 */
const MESSAGES_MS = 10_000;

/**
 * State and the status of conditions are written at once, other fields 250 ms (later up to 2 s) after
 * their first change, condition messages at most every 10 s.
 */
export class StatusPace implements StatusPacing {
  readonly #now: () => number;
  #written = -Infinity;
  #fieldsMs = FIELDS_MS.first;
  /** When postponed fields are due. */
  #fieldsDue?: number;

  /** `now` is in milliseconds from any fixed point. */
  constructor(now: () => number = present) {
    this.#now = now;
  }

  /** See {@link StatusPacing.delayMs}. */
  delayMs(change: StatusChange | undefined): number {
    const now = this.#now();
    return Math.max(0, Math.ceil(this.#due(change, now) - now));
  }

  /** See {@link StatusPacing.postponed}. */
  postponed(change: StatusChange | undefined): void {
    if (change === "fields") this.#fieldsDue = this.#due(change, this.#now());
  }

  /** See {@link StatusPacing.writing}. */
  writing(change: StatusChange | undefined): void {
    this.#fieldsDue = undefined;
    if (!change) return;
    const now = this.#now();
    this.#fieldsMs = change === "fields"
      ? Math.min(this.#fieldsDelay(now) * 2, FIELDS_MS.longest)
      : FIELDS_MS.first;
    this.#written = now;
  }

  #due(change: StatusChange | undefined, now: number): number {
    switch (change) {
      case "fields":
        return this.#fieldsDue ?? now + this.#fieldsDelay(now);
      case "condition messages":
        return this.#written + MESSAGES_MS;
      default:
        return now;
    }
  }

  #fieldsDelay(now: number): number {
    return now - this.#written > MESSAGES_MS ? FIELDS_MS.first : this.#fieldsMs;
  }
}

/** One function for all instances, instead of a closure for each. */
function present(): number {
  return performance.now();
}
