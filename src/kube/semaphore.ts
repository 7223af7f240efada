/** A counting semaphore. */

/** A fixed number of permits. Callers wait for one in the order of their calls. */
export class Semaphore {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  /** Starts with `count` free permits. */
  constructor(count: number) {
    this.#free = count;
  }

  /** Waits for a permit. Returns the function that releases it, which must be called exactly once. */
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
