/** How many requests may run at once, and how many per second. */

/** A fixed number of slots; callers beyond it wait in order. */
export class Slots {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  /** `count` slots, all free. */
  constructor(count: number) {
    this.#free = count;
  }

  /** Waits for a slot; call the function that it gives exactly once to free it. */
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

/** A token bucket that lends ahead: `reserve` says how long its caller waits. */
export class TokenBucket {
  readonly #perMs: number;
  readonly #burst: number;
  #tokens: number;
  #last: number;

  /** Full at the start. `now` in milliseconds, as in every call. */
  constructor(qps: number, burst: number, now: number) {
    this.#perMs = qps / 1000;
    this.#burst = burst;
    this.#tokens = burst;
    this.#last = now;
  }

  /** Takes one token and returns the milliseconds until it is there. */
  reserve(now: number): number {
    this.#fill(now);
    this.#tokens -= 1;
    return this.#tokens >= 0 ? 0 : -this.#tokens / this.#perMs;
  }

  /** Takes a token if there is one. */
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
