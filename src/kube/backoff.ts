/** Decorrelated jitter: each wait is random between the base and three times the last one. */

/** Waits that grow with failures and never fall into step with those of other programs. */
export class Backoff {
  readonly #base: number;
  readonly #cap: number;
  readonly #random: () => number;
  #last: number;

  /**
   * Bounds in milliseconds; `random` gives [0, 1). The first attempt comes soon, since most connections
   * end for no reason that lasts; the fourth may come seconds later.
   */
  constructor(base = 100, cap = 30_000, random: () => number = Math.random) {
    this.#base = base;
    this.#cap = cap;
    this.#random = random;
    this.#last = base;
  }

  /** Milliseconds to wait before the next attempt. */
  next(): number {
    const upper = Math.min(this.#cap, this.#last * 3);
    this.#last = this.#base + this.#random() * (upper - this.#base);
    return this.#last;
  }

  /** Back to the base, after a success. */
  reset(): void {
    this.#last = this.#base;
  }
}
