/** A keyed async cache that coalesces concurrent loads. */

/** Follows an {@link AsyncCache}, for metrics. */
export interface AsyncCacheListener {
  /** A lookup: answered from memory (`hit`), by a load in flight (`shared`), or by a new load (`miss`). */
  lookedUp(how: "hit" | "shared" | "miss"): void;
  /** A load ended after so many seconds. */
  loaded(ok: boolean, seconds: number): void;
  /** A value was dropped by {@link AsyncCache.forget}. */
  evicted(): void;
}

/**
 * Values by key, loaded on first use. Concurrent lookups of a key share one load; a load that fails is not
 * kept. Not bounded: the caller forgets what changed.
 *
 * @example
 * ```ts
 * const cache = new AsyncCache<string>();
 * await cache.get("a", () => fetchText("/a"));
 * cache.forget("a");
 * ```
 */
export class AsyncCache<T> {
  readonly #listener?: AsyncCacheListener;
  readonly #values = new Map<string, Promise<T>>();
  readonly #loading = new Set<Promise<T>>();

  /** Starts empty. */
  constructor(listener?: AsyncCacheListener) {
    this.#listener = listener;
  }

  /** How many values are kept, those being loaded included. */
  get size(): number {
    return this.#values.size;
  }

  /** The kept value, or the one that `load` returns, kept if `isKept`. Rejects as `load` does. */
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

  /** Drops a value; one that is being loaded is not kept. */
  forget(key: string): void {
    if (this.#values.delete(key)) this.#listener?.evicted();
  }
}
