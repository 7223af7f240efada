/** One at a time for each key, in the order of asking. */

/** See the file's first line. */
export class KeyedMutex {
  readonly #last = new Map<string, Promise<void>>();

  /** True when nobody has a turn: what needs no waiting may be done at once. */
  isFree(key: string): boolean {
    return this.#last.size === 0 || !this.#last.has(key);
  }

  /** Runs the work when all earlier work of the key is done, whether it succeeded or not. */
  async run<T>(key: string, work: () => Promise<T>): Promise<T> {
    const before = this.#last.get(key);
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#last.set(key, promise);
    try {
      await before;
      return await work();
    } finally {
      if (this.#last.get(key) === promise) this.#last.delete(key);
      resolve();
    }
  }
}
