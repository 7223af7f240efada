/** Exponential backoff with decorrelated jitter (AWS Architecture Blog, "Exponential Backoff And Jitter"). */

/** Random delays, each between the base and three times the one before, up to a cap. */
export class Backoff {
  readonly #base: number;
  readonly #cap: number;
  readonly #random: () => number;
  #last: number;

  /**
   * Starts at the base.
   *
   * @param base shortest delay, in milliseconds
   * @param cap longest delay, in milliseconds
   * @param random returns numbers in [0, 1)
   */
  constructor(base = 100, cap = 30_000, random: () => number = Math.random) {
    this.#base = base;
    this.#cap = cap;
    this.#random = random;
    this.#last = base;
  }

  /** The delay before the next attempt, in milliseconds. */
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
