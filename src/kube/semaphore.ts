/** Counting semaphores. */

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

/** A semaphore of its own for each key. A key whose permits are all free takes no memory. */
export class KeyedSemaphore {
  readonly #semaphores = new Map<string, { semaphore: Semaphore; users: number }>();
  readonly #count: number;

  /** Creates semaphores with `count` free permits each. */
  constructor(count: number) {
    this.#count = count;
  }

  /** The number of keys with a permit that is not free. */
  get size(): number {
    return this.#semaphores.size;
  }

  /** Waits for a permit of the key, as {@link Semaphore.acquire} does. */
  async acquire(key: string): Promise<() => void> {
    let entry = this.#semaphores.get(key);
    if (!entry) {
      entry = { semaphore: new Semaphore(this.#count), users: 0 };
      this.#semaphores.set(key, entry);
    }
    const { semaphore } = entry;
    entry.users++;
    const release = await semaphore.acquire();
    return () => {
      release();
      entry.users--;
      if (entry.users === 0) this.#semaphores.delete(key);
    };
  }
}
