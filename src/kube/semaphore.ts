/** A counting semaphore. */

/**
 * A fixed number of permits. A caller that finds no free permit waits, and waiting callers get permits in
 * the order of their calls.
 */
export class Semaphore {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  /** Creates a semaphore with `count` free permits. */
  constructor(count: number) {
    this.#free = count;
  }

  /**
   * Waits for a permit, and returns the function that releases the permit. The caller must call that
   * function exactly once.
   */
  async acquire(): Promise<() => void> {
    if (this.#free > 0) this.#free--;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    return () => {
      const next = this.#waiting.shift();
      if (next) next();
      else this.#free++;
    };
  }
}
