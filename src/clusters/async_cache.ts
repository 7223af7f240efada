/** A keyed async cache that coalesces concurrent loads. */

/** The callbacks of an {@link AsyncCache}, used to measure the cache. */
export interface AsyncCacheListener {
  /**
   * Called for each lookup. `hit` means that the value was cached. `shared` means that another lookup was
   * already loading the value. `miss` means that the lookup started to load the value.
   */
  lookedUp(how: "hit" | "shared" | "miss"): void;
  /** Called when a load ends, with its duration in seconds. `ok` is false when the load failed. */
  loaded(ok: boolean, seconds: number): void;
  /** Called when {@link AsyncCache.forget} drops a value. */
  evicted(): void;
}

/**
 * Caches values by key and loads each value on first use. Concurrent lookups of a key share one load. The
 * error of a failed load is not cached, so the next lookup loads again. The cache never evicts values by
 * itself: callers must drop stale values with {@link AsyncCache.forget}.
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

  /** The number of cached values, including values whose load is in flight. */
  get size(): number {
    return this.#values.size;
  }

  /**
   * Returns the cached value, or loads it with `load`. Rejects with the error of `load`.
   *
   * @param isKept Returns whether to cache a loaded value; by default every value is cached.
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

  /**
   * Drops the value of a key. If a load of the value is in flight, waiting callers still receive the loaded
   * value, but the cache does not keep the value.
   */
  forget(key: string): void {
    if (this.#values.delete(key)) this.#listener?.evicted();
  }
}
