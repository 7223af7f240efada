/** Exponential backoff with decorrelated jitter (AWS Architecture Blog, "Exponential Backoff And Jitter"). */

/**
 * Random delays, each between the base and three times the previous delay, up to a cap.
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
   * Starts at the base.
   *
   * @param base shortest delay, in milliseconds; 100 by default
   * @param cap longest delay, in milliseconds; 30,000 by default
   * @param random returns numbers in [0, 1)
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

  /** Starts again at the base, after a success. */
  reset(): void {
    this.#last = this.#base;
  }
}
