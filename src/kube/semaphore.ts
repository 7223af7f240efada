/** A counting semaphore. */

/** A fixed number of permits; further callers wait in the order of their calls. */
export class Semaphore {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  /** @param count how many permits there are, all free */
  constructor(count: number) {
    this.#free = count;
  }

  /** Waits for a permit and returns the function that releases it; call that exactly once. */
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
