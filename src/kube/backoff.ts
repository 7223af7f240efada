/**
 * Exponential backoff with decorrelated jitter, as described in the AWS Architecture Blog, "Exponential
 * Backoff And Jitter".
 */

/**
 * Computes random delays between retries. Each delay lies between the base and three times the previous
 * delay, but never above a maximum.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { Backoff } from "./mod.ts";
 *
 * const backoff = new Backoff(100, 30_000, () => 0.5);
 * assert.deepEqual([backoff.next(), backoff.next()], [200, 350]);
 * ```
 */
export class Backoff {
  readonly #base: number;
  readonly #cap: number;
  readonly #random: () => number;
  #last: number;

  /**
   * Creates a backoff that starts at the base.
   *
   * @param base The shortest delay, in milliseconds; 100 by default.
   * @param cap The longest delay, in milliseconds; 30,000 by default.
   * @param random Returns random numbers from 0 (inclusive) to 1 (exclusive).
   */
  constructor(base = 100, cap = 30_000, random: () => number = Math.random) {
    this.#base = base;
    this.#cap = cap;
    this.#random = random;
    this.#last = base;
  }

  /** Returns the delay before the next attempt, in milliseconds. */
  next(): number {
    const upper = Math.min(this.#cap, this.#last * 3);
    this.#last = this.#base + this.#random() * (upper - this.#base);
    return this.#last;
  }

  /** Makes the delays start at the base again. Called after an attempt has succeeded. */
  reset(): void {
    this.#last = this.#base;
  }
}
