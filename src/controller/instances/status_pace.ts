/**
 * Limits how often the status of one instance is written. When the state changes, the status is written
 * immediately. Other changes are delayed, so that one write contains several changes.
 */
import type { StatusChange, StatusPacing } from "../../reconcile/mod.ts";

/**
 * The shortest and the longest delay of a status write in which neither the state nor a condition changes, in
 * milliseconds. The first write is delayed by the shortest delay. The delay doubles with each further write.
 */
const FIELDS_MS = { first: 250, longest: 2000 };

/**
 * The least time between a write of the status and the next write if only messages of conditions have
 * changed, in milliseconds. If this time passes without a write, the delay in {@link FIELDS_MS} is reset to
 * the shortest delay.
 */
const MESSAGES_MS = 10_000;

/**
 * Limits how often the status of one instance is written. Changes of the state or of a condition's status are
 * written immediately. Changes of other fields are written after a delay of 250 ms, which doubles with each
 * write up to 2 s. Changes of condition messages are written at most every 10 s.
 */
export class StatusPace implements StatusPacing {
  /** The last status that the API server refused, which passes set and read. */
  refused?: StatusPacing["refused"];
  readonly #now: () => number;
  #written = -Infinity;
  #fieldsMs = FIELDS_MS.first;
  /** The time at which a postponed change of status fields is due; undefined when no change is postponed. */
  #fieldsDue?: number;

  /**
   * Creates the limit of one instance.
   *
   * @param now Returns the present time in milliseconds since any fixed point.
   */
  constructor(now: () => number = present) {
    this.#now = now;
  }

  /** Returns the milliseconds to wait before a status with this change may be written. */
  delayMs(change: StatusChange | undefined): number {
    const now = this.#now();
    return Math.max(0, Math.ceil(this.#due(change, now) - now));
  }

  /** Records that the write of this change is postponed. The delay counts from the first postponement. */
  postponed(change: StatusChange | undefined): void {
    if (change === "fields") this.#fieldsDue = this.#due(change, this.#now());
  }

  /** Records that a status with this change is written now; undefined means that no write is needed. */
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

/**
 * Returns the present time in milliseconds. All instances share this function, which saves the memory of one
 * closure per instance.
 */
function present(): number {
  return performance.now();
}
