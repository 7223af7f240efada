/** A mutex for each key. */

/**
 * Runs one task at a time for each key, in the order of the calls. Holds no memory for idle keys.
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
  /** By busy key: a promise that resolves when the key's last task has ended. */
  readonly #last = new Map<string, Promise<void>>();

  /** True when no task of the key runs or waits. */
  isFree(key: string): boolean {
    return this.#last.size === 0 || !this.#last.has(key);
  }

  /**
   * Runs the task when all earlier tasks of the key have ended, failed ones included. Resolves or rejects as
   * the task does.
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
