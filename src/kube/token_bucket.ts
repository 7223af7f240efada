/** Rate limiting by a token bucket. */

/**
 * A token bucket whose callers may reserve tokens ahead of time, like the Limiter of Go's
 * `golang.org/x/time/rate`. Times are milliseconds of any monotonic clock.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { TokenBucket } from "./mod.ts";
 *
 * const bucket = new TokenBucket(10, 1, 0);
 * assert.equal(bucket.take(0), true);
 * assert.equal(bucket.reserve(0), 100);
 * ```
 */
export class TokenBucket {
  readonly #perMs: number;
  readonly #burst: number;
  #tokens: number;
  #last: number;

  /**
   * Starts with a full bucket.
   *
   * @param qps tokens per second
   * @param burst tokens that the bucket holds at most
   * @param now the present time in milliseconds
   */
  constructor(qps: number, burst: number, now: number) {
    this.#perMs = qps / 1000;
    this.#burst = burst;
    this.#tokens = burst;
    this.#last = now;
  }

  /** Takes one token and returns the milliseconds until it is available; 0 when it is available now. */
  reserve(now: number): number {
    this.#fill(now);
    this.#tokens -= 1;
    return this.#tokens >= 0 ? 0 : -this.#tokens / this.#perMs;
  }

  /** Takes a token if one is available now; returns whether it did. */
  take(now: number): boolean {
    this.#fill(now);
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }

  #fill(now: number): void {
    this.#tokens = Math.min(this.#burst, this.#tokens + (now - this.#last) * this.#perMs);
    this.#last = now;
  }
}
