/** A mutex for each key. */

/** Runs one task at a time for each key, in the order of the calls. Holds no memory for idle keys. */
export class KeyedMutex {
  /** The last task of each busy key: resolves when it ended. */
  readonly #last = new Map<string, Promise<void>>();

  /** True when no task of the key runs or waits. */
  isFree(key: string): boolean {
    return this.#last.size === 0 || !this.#last.has(key);
  }

  /** Runs the task when all earlier tasks of the key ended; a failed one does not stop the next. */
  async run<T>(key: string, task: () => Promise<T>): Promise<T> {
    const before = this.#last.get(key);
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#last.set(key, promise);
    try {
      await before;
      return await task();
    } finally {
      if (this.#last.get(key) === promise) this.#last.delete(key);
      resolve();
    }
  }
}
