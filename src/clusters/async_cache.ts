/** What is asked for once and kept: whoever asks for the same meanwhile shares the request. */

/** Told of every question, for metrics. */
export interface LookupEvents {
  /** Answered from memory (`hit`), by waiting for a request under way (`shared`), or by a request. */
  asked(how: "hit" | "shared" | "miss"): void;
  /** A request ended after so long. */
  answered(ok: boolean, seconds: number): void;
  /** An answer was forgotten. */
  evicted(): void;
}

/** See the file's first line. What fails is not kept, nor what is not worth it. */
export class AsyncCache<T> {
  readonly #events?: LookupEvents;
  readonly #known = new Map<string, Promise<T>>();
  readonly #running = new Set<Promise<T>>();

  /** Knows nothing. */
  constructor(events?: LookupEvents) {
    this.#events = events;
  }

  /** How many answers are kept. */
  get size(): number {
    return this.#known.size;
  }

  /** What is known, else what `load` gives, kept unless `isKept` says otherwise. Rejects as `load` does. */
  async get(
    key: string,
    load: () => Promise<T>,
    isKept: (value: T) => boolean = () => true,
  ): Promise<T> {
    const known = this.#known.get(key);
    if (known) {
      this.#events?.asked(this.#running.has(known) ? "shared" : "hit");
      return await known;
    }
    this.#events?.asked("miss");
    const answer = load();
    this.#known.set(key, answer);
    this.#running.add(answer);
    const started = performance.now();
    let [ok, keeps] = [false, false];
    try {
      const value = await answer;
      ok = true;
      keeps = isKept(value);
      return value;
    } finally {
      if (!keeps && this.#known.get(key) === answer) this.#known.delete(key);
      this.#running.delete(answer);
      this.#events?.answered(ok, (performance.now() - started) / 1000);
    }
  }

  /** Forgets an answer; one that is still awaited is not kept. */
  forget(key: string): void {
    if (this.#known.delete(key)) this.#events?.evicted();
  }
}
