/** A keyed async cache that coalesces concurrent loads. */

/** Callbacks of an {@link AsyncCache}, for metrics. */
export interface AsyncCacheListener {
  /** A lookup was answered from memory (`hit`), by a load in flight (`shared`) or by a new load (`miss`). */
  lookedUp(how: "hit" | "shared" | "miss"): void;
  /** A load ended; `ok` is false when it failed. */
  loaded(ok: boolean, seconds: number): void;
  /** A value was dropped by {@link AsyncCache.forget}. */
  evicted(): void;
}

/**
 * Caches values by key and loads them on first use. Concurrent lookups of a key share one load; the result
 * of a failed load is not cached. The size is not bounded: callers {@link AsyncCache.forget} stale values.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { AsyncCache } from "./mod.ts";
 *
 * const cache = new AsyncCache<number>();
 * let loads = 0;
 * const load = () => Promise.resolve(++loads);
 * assert.deepEqual(await Promise.all([cache.get("a", load), cache.get("a", load)]), [1, 1]);
 * cache.forget("a");
 * assert.equal(await cache.get("a", load), 2);
 * ```
 */
export class AsyncCache<T> {
  readonly #listener?: AsyncCacheListener;
  readonly #values = new Map<string, Promise<T>>();
  readonly #loading = new Set<Promise<T>>();

  /** Creates an empty cache. */
  constructor(listener?: AsyncCacheListener) {
    this.#listener = listener;
  }

  /** The number of cached values, including those being loaded. */
  get size(): number {
    return this.#values.size;
  }

  /**
   * The cached value, or the one that `load` returns. Rejects as `load` does.
   *
   * @param isKept Whether to cache a loaded value; by default every value is cached.
   */
  async get(
    key: string,
    load: () => Promise<T>,
    isKept: (value: T) => boolean = () => true,
  ): Promise<T> {
    const known = this.#values.get(key);
    if (known) {
      this.#listener?.lookedUp(this.#loading.has(known) ? "shared" : "hit");
      return await known;
    }
    this.#listener?.lookedUp("miss");
    const loading = load();
    this.#values.set(key, loading);
    this.#loading.add(loading);
    const started = performance.now();
    let [ok, keeps] = [false, false];
    try {
      const value = await loading;
      ok = true;
      keeps = isKept(value);
      return value;
    } finally {
      if (!keeps && this.#values.get(key) === loading) this.#values.delete(key);
      this.#loading.delete(loading);
      this.#listener?.loaded(ok, (performance.now() - started) / 1000);
    }
  }

  /** Drops a value. A value that is being loaded is returned to its callers and not cached. */
  forget(key: string): void {
    if (this.#values.delete(key)) this.#listener?.evicted();
  }
}
