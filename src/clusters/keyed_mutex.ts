/** A mutex for each key, such as one mutex for each Kubernetes object. */

/**
 * Runs at most one task at a time for each key, in the order of the calls. Keys without tasks take no memory.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { KeyedMutex } from "./mod.ts";
 *
 * const mutex = new KeyedMutex();
 * const order: number[] = [];
 * const first = mutex.run("a", async () => void await Promise.resolve(order.push(1)));
 * await mutex.run("a", async () => void await Promise.resolve(order.push(2)));
 * await first;
 * assert.deepEqual(order, [1, 2]);
 * ```
 */
export class KeyedMutex {
  /** A promise for each key with tasks. The promise resolves when the last task of the key has ended. */
  readonly #last = new Map<string, Promise<void>>();

  /** Returns true when no task of the key is running or waiting. */
  isFree(key: string): boolean {
    return this.#last.size === 0 || !this.#last.has(key);
  }

  /**
   * Runs the task after all earlier tasks of the key have succeeded or failed. Resolves or rejects with the
   * result of the task.
   */
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
