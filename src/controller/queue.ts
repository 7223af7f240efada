/** The work queue: each key once, one at a time, so many workers, with backoff and delays. */

/** What a piece of work says about its key when it is done. */
export type WorkResult =
  /** Nothing more to do until somebody adds the key again. */
  | "done"
  /** Failed: again with exponential backoff. */
  | "retry"
  /** Again after so long; if it failed, also with backoff. */
  | { afterMs: number; failed?: boolean };

/** The clock of a queue; tests hand in their own. */
export interface Clock {
  /** Milliseconds from any fixed point. */
  now(): number;
  /** Calls back once after so long; the returned function cancels it. */
  schedule(callback: () => void, ms: number): () => void;
}

/** How a queue works. */
export interface QueueOptions {
  /** How many keys are in work at a time. */
  workers: number;
  /** Delay after the first failure; doubles with each further one. 200 ms by default. */
  minDelayMs?: number;
  /** Longest delay after a failure. 1000 s by default. */
  maxDelayMs?: number;
  /** The real clock by default. */
  clock?: Clock;
  /** Told of work that threw, which counts as `retry`. */
  onError?: (key: string, error: unknown) => void;
}

/** The clock of the process. */
export const systemClock: Clock = {
  now: () => performance.now(),
  schedule(callback, ms) {
    const timer = setTimeout(callback, ms);
    return () => clearTimeout(timer);
  },
};

/** Keys to work on. A key added while it is in work is worked on once more afterwards. */
export class WorkQueue {
  readonly #work: (key: string) => Promise<WorkResult>;
  readonly #options: Required<Omit<QueueOptions, "onError">> & Pick<QueueOptions, "onError">;
  /** Waiting keys in order of arrival, with the time of it. */
  readonly #waiting = new Map<string, number>();
  readonly #inWork = new Map<string, Promise<void>>();
  readonly #again = new Set<string>();
  readonly #delayed = new Map<string, { due: number; cancel: () => void }>();
  readonly #failures = new Map<string, number>();
  #state: "new" | "running" | "stopped" = "new";

  /** Nothing is worked on before {@link start}. */
  constructor(work: (key: string) => Promise<WorkResult>, options: QueueOptions) {
    this.#work = work;
    this.#options = {
      ...options,
      minDelayMs: options.minDelayMs ?? 200,
      maxDelayMs: options.maxDelayMs ?? 1_000_000,
      clock: options.clock ?? systemClock,
    };
  }

  /** Keys that wait for a worker; neither those in work nor those that are delayed. */
  get depth(): number {
    return this.#waiting.size;
  }

  /** Milliseconds that the oldest waiting key has waited. */
  get ageMs(): number {
    const oldest = this.#waiting.values().next();
    return oldest.done ? 0 : this.#options.clock.now() - oldest.value;
  }

  /** Works on the key as soon as a worker is free. */
  add(key: string): void {
    if (this.#state === "stopped") return;
    if (this.#inWork.has(key)) this.#again.add(key);
    else if (!this.#waiting.has(key)) this.#waiting.set(key, this.#options.clock.now());
    this.#dispatch();
  }

  /** Adds the key after so long, unless it is due earlier already. */
  after(key: string, ms: number): void {
    if (this.#state === "stopped") return;
    const due = this.#options.clock.now() + ms;
    const earlier = this.#delayed.get(key);
    if (earlier && earlier.due <= due) return;
    earlier?.cancel();
    const cancel = this.#options.clock.schedule(() => {
      this.#delayed.delete(key);
      this.add(key);
    }, ms);
    this.#delayed.set(key, { due, cancel });
  }

  /** Begins to work. */
  start(): void {
    this.#state = "running";
    this.#dispatch();
  }

  /** Takes no more keys, drops what waits, and resolves when nothing is in work any longer. */
  async stop(): Promise<void> {
    this.#state = "stopped";
    this.#waiting.clear();
    this.#again.clear();
    for (const key of [...this.#delayed.keys()]) this.#cancel(key);
    await Promise.all(this.#inWork.values());
  }

  #dispatch(): void {
    while (this.#state === "running" && this.#inWork.size < this.#options.workers) {
      const next = this.#waiting.keys().next();
      if (next.done) return;
      this.#waiting.delete(next.value);
      this.#cancel(next.value);
      this.#inWork.set(next.value, this.#run(next.value));
    }
  }

  async #run(key: string): Promise<void> {
    // Let the caller of add() return first: work never starts inside it.
    await Promise.resolve();
    let result: WorkResult;
    try {
      result = await this.#work(key);
    } catch (error) {
      this.#options.onError?.(key, error);
      result = "retry";
    }
    this.#inWork.delete(key);
    if (this.#state === "running") this.#settle(key, result);
  }

  #settle(key: string, result: WorkResult): void {
    if (result === "retry" || (typeof result === "object" && result.failed)) {
      this.after(key, this.#backoff(key));
    } else this.#failures.delete(key);
    if (typeof result === "object") this.after(key, result.afterMs);
    if (this.#again.delete(key)) this.add(key);
    else this.#dispatch();
  }

  #backoff(key: string): number {
    const failures = this.#failures.get(key) ?? 0;
    this.#failures.set(key, failures + 1);
    return Math.min(this.#options.minDelayMs * 2 ** failures, this.#options.maxDelayMs);
  }

  #cancel(key: string): void {
    this.#delayed.get(key)?.cancel();
    this.#delayed.delete(key);
  }
}
