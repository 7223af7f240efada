/** Rate limiting with a token bucket. */

/**
 * A token bucket for rate limiting. A caller may reserve a token that is not available yet, and then waits
 * for the time that `reserve` returns, as with the Limiter of Go's `golang.org/x/time/rate`. Times are
 * milliseconds of any monotonic clock.
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
   * Creates a full bucket.
   *
   * @param qps The number of tokens added per second.
   * @param burst The maximum number of tokens in the bucket.
   * @param now The present time, in milliseconds.
   */
  constructor(qps: number, burst: number, now: number) {
    this.#perMs = qps / 1000;
    this.#burst = burst;
    this.#tokens = burst;
    this.#last = now;
  }

  /**
   * Reserves one token, and returns the milliseconds until the token is available. Returns 0 when the token
   * is available immediately.
   */
  reserve(now: number): number {
    this.#fill(now);
    this.#tokens -= 1;
    return this.#tokens >= 0 ? 0 : -this.#tokens / this.#perMs;
  }

  /** Takes one token if a token is available now. Returns whether a token was taken. */
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
