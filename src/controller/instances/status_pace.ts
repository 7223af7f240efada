/** Paces the status writes of one instance: changes of state at once, other changes debounced. */
import type { StatusChange, StatusPacing } from "../../reconcile/mod.ts";

/** Delay of a write that changes only fields; doubles with each such write. */
const FIELDS_MS = { first: 250, longest: 2000 };

/**
 * Least time between the last write and a write that changes only condition messages. After as long without
 * a write, the delay of fields is reset to its first value.
 */
const MESSAGES_MS = 10_000;

/**
 * Paces status writes: the state and the status of conditions at once, other fields debounced (250 ms after
 * their first change, doubling to 2 s), and messages of conditions at most every 10 s.
 */
export class StatusPace implements StatusPacing {
  /** See {@link StatusPacing.refused}. */
  refused?: StatusPacing["refused"];
  readonly #now: () => number;
  #written = -Infinity;
  #fieldsMs = FIELDS_MS.first;
  /** When a postponed change of fields is due. */
  #fieldsDue?: number;

  /** `now` returns milliseconds since any fixed point. */
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

/** Shared by all instances, which saves a closure for each. */
function present(): number {
  return performance.now();
}
