/** The work queue: each key once, one at a time, so many workers, with backoff and delays. */
import { TokenBucket } from "../kube/mod.ts";

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
  /** How many of the workers are for background keys at most; all by default. */
  background?: number;
  /** Delay after the first failure; doubles with each further one. 200 ms by default. */
  minDelayMs?: number;
  /** Longest delay after a failure. 1000 s by default. */
  maxDelayMs?: number;
  /** Retries of all keys together: so many a second, after a burst of so many. No limit by default. */
  retryRate?: { perSecond: number; burst: number };
  /** After so many failures in a row a key is given up; never by default. */
  maxRetries?: number;
  /** A key that was given up is added again after so long, without failures; {@link RESYNC_MS} by default. */
  returnMs?: number;
  /** The real clock by default. */
  clock?: Clock;
  /** Told of work that threw, which counts as `retry`. */
  onError?: (key: string, error: unknown) => void;
  /** Told of work that is done. */
  onWorked?: (worked: Worked) => void;
  /** Told of a key that is given up. */
  onGivenUp?: (key: string, retries: number) => void;
}

/** Work that is going on. */
export interface Work {
  /** What is worked on. */
  key: string;
  /** For how many milliseconds by now. */
  ms: number;
}

/** Work that is done. */
export interface Worked {
  /** How long its key waited for a worker. */
  waitedMs: number;
  /** How long it took. */
  workedMs: number;
  /** What it said. */
  result: WorkResult;
}

/** What a queue has done since it was made. */
export interface QueueCounts {
  /** Keys that were added and not waiting already. */
  adds: number;
  /** Work that failed and is done again. */
  retries: number;
  /** Keys that were given up. */
  givenUp: number;
}

/** The clock of the process. */
export const systemClock: Clock = {
  now: () => performance.now(),
  schedule(callback, ms) {
    const timer = setTimeout(callback, ms);
    return () => clearTimeout(timer);
  },
};

/** The resync period, in milliseconds: 10 h, upstream's `--dynamic-controller-default-resync-period`. */
export const RESYNC_MS = 36_000_000;

const DEFAULTS = {
  minDelayMs: 200,
  maxDelayMs: 1_000_000,
  returnMs: RESYNC_MS,
  clock: systemClock,
};

/** Background work that takes longer waits for somebody: the next one need not wait for it. */
const BACKGROUND_MS = 1000;

/** One of the workers for the background, taken until its timer ends. */
interface Slot {
  cancel: () => void;
}

/** Keys to work on. A key added while it is in work is worked on once more afterwards. */
export class WorkQueue {
  readonly #work: (key: string) => Promise<WorkResult>;
  readonly #options: QueueOptions & typeof DEFAULTS;
  readonly #bucket?: TokenBucket;
  /** Waiting keys in order of arrival, with the time of it. */
  readonly #waiting = new Map<string, number>();
  /** Those of the background. */
  readonly #behind = new Map<string, number>();
  /** Workers for the background that are at work or rest. */
  readonly #slots = new Set<Slot>();
  readonly #inWork = new Map<string, { since: number; done: Promise<void> }>();
  readonly #again = new Set<string>();
  readonly #delayed = new Map<string, { due: number; cancel: () => void }>();
  readonly #failures = new Map<string, number>();
  readonly #counts: QueueCounts = { adds: 0, retries: 0, givenUp: 0 };
  #state: "paused" | "running" | "stopped" = "paused";

  /** Nothing is worked on before {@link start}. */
  constructor(work: (key: string) => Promise<WorkResult>, options: QueueOptions) {
    this.#work = work;
    const given = Object.entries(options).filter(([, value]) => value !== undefined);
    this.#options = { ...DEFAULTS, ...Object.fromEntries(given) as unknown as QueueOptions };
    const { retryRate, clock } = this.#options;
    if (retryRate && retryRate.perSecond > 0) {
      const burst = Math.max(1, retryRate.burst);
      this.#bucket = new TokenBucket(retryRate.perSecond, burst, clock.now());
    }
  }

  /** Keys that wait for a worker; neither those in work nor those that are delayed. */
  get depth(): number {
    return this.#waiting.size + this.#behind.size;
  }

  /** Milliseconds that the oldest waiting key has waited. */
  get ageMs(): number {
    const now = this.#options.clock.now();
    const oldest = [this.#waiting, this.#behind].map((lane) => lane.values().next().value ?? now);
    return now - Math.min(...oldest);
  }

  /** The work that has gone on for longest. */
  get longest(): Work | undefined {
    const first = this.#inWork.entries().next();
    if (first.done) return undefined;
    const [key, { since }] = first.value;
    return { key, ms: this.#options.clock.now() - since };
  }

  /** Milliseconds that the work going on has taken so far, all of it together. */
  get unfinishedMs(): number {
    const now = this.#options.clock.now();
    return [...this.#inWork.values()].reduce((sum, { since }) => sum + now - since, 0);
  }

  /** How many keys are in work at most. */
  get workers(): number {
    return this.#options.workers;
  }

  /** How many keys are in work. */
  get active(): number {
    return this.#inWork.size;
  }

  /** What it has done so far. */
  get counts(): Readonly<QueueCounts> {
    return this.#counts;
  }

  /** Works on the key as soon as a worker is free. */
  add(key: string): void {
    if (this.#state === "stopped") return;
    if (this.#inWork.has(key)) this.#again.add(key);
    else if (!this.#waiting.has(key)) {
      const since = this.#behind.get(key);
      if (since === undefined) this.#counts.adds++;
      this.#behind.delete(key);
      this.#waiting.set(key, since ?? this.#options.clock.now());
    }
    this.#dispatch();
  }

  /**
   * Works on the key when one of the workers for the background is free, for what touches many at once and
   * nobody waits for. Such a worker rests after each for as long as it took: neither other keys nor the API
   * server's other users are to feel it.
   */
  addBackground(key: string): void {
    if (this.#state === "stopped") return;
    if (this.#inWork.has(key)) this.#again.add(key);
    else if (!this.#waiting.has(key) && !this.#behind.has(key)) {
      this.#counts.adds++;
      this.#behind.set(key, this.#options.clock.now());
    }
    this.#dispatch();
  }

  /** Adds the key after so long, unless it is due earlier already. */
  after(key: string, ms: number): void {
    this.#after(key, ms, (due) => this.add(due));
  }

  #after(key: string, ms: number, add: (key: string) => void): void {
    if (this.#state === "stopped") return;
    const due = this.#options.clock.now() + ms;
    const earlier = this.#delayed.get(key);
    if (earlier && earlier.due <= due) return;
    earlier?.cancel();
    const cancel = this.#options.clock.schedule(() => {
      this.#delayed.delete(key);
      add(key);
    }, ms);
    this.#delayed.set(key, { due, cancel });
  }

  /** Begins to work, or goes on. */
  start(): void {
    if (this.#state === "stopped") return;
    this.#state = "running";
    this.#dispatch();
  }

  /** Begins no more work until {@link start}; keys are kept. Resolves when nothing is in work. */
  async pause(): Promise<void> {
    if (this.#state === "running") this.#state = "paused";
    await this.#idle();
  }

  /** Takes no more keys, drops what waits, and resolves when nothing is in work any longer. */
  async stop(): Promise<void> {
    this.#state = "stopped";
    this.#waiting.clear();
    this.#behind.clear();
    this.#again.clear();
    for (const key of [...this.#delayed.keys()]) this.#cancel(key);
    for (const slot of this.#slots) slot.cancel();
    await this.#idle();
  }

  async #idle(): Promise<void> {
    await Promise.all([...this.#inWork.values()].map(({ done }) => done));
  }

  #dispatch(): void {
    while (this.#state === "running" && this.#inWork.size < this.#options.workers) {
      const { background = this.#options.workers, clock } = this.#options;
      // First, for it takes few of the workers; last, it would never get one while others come.
      const isBehind = this.#slots.size < background && this.#behind.size > 0;
      const lane = isBehind ? this.#behind : this.#waiting;
      const next = lane.keys().next();
      if (next.done) return;
      const since = clock.now();
      const waitedMs = since - lane.get(next.value)!;
      lane.delete(next.value);
      this.#cancel(next.value);
      const done = this.#run(next.value, { since, waitedMs, slot: isBehind && this.#occupy() });
      this.#inWork.set(next.value, { since, done });
    }
  }

  #occupy(): Slot {
    const slot = { cancel: () => {} };
    this.#slots.add(slot);
    this.#freeAfter(slot, BACKGROUND_MS);
    return slot;
  }

  #freeAfter(slot: Slot, ms: number): void {
    slot.cancel();
    slot.cancel = this.#options.clock.schedule(() => {
      this.#slots.delete(slot);
      this.#dispatch();
    }, ms);
  }

  async #run(
    key: string,
    { since, waitedMs, slot }: { since: number; waitedMs: number; slot: Slot | false },
  ): Promise<void> {
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
    const workedMs = this.#options.clock.now() - since;
    this.#options.onWorked?.({ waitedMs, workedMs, result });
    if (this.#state === "stopped") return;
    if (slot && this.#slots.has(slot)) this.#freeAfter(slot, workedMs);
    this.#settle(key, result, Boolean(slot));
  }

  #settle(key: string, result: WorkResult, isBehind: boolean): void {
    if (result === "retry" || (typeof result === "object" && result.failed)) this.#retry(key);
    else this.#failures.delete(key);
    if (typeof result === "object") {
      // What background work leaves for later is background work.
      const add = (due: string) => isBehind ? this.addBackground(due) : this.add(due);
      this.#after(key, result.afterMs, add);
    }
    if (this.#again.delete(key)) this.add(key);
    else this.#dispatch();
  }

  #retry(key: string): void {
    const { minDelayMs, maxDelayMs, maxRetries, returnMs, clock, onGivenUp } = this.#options;
    const failures = this.#failures.get(key) ?? 0;
    if (maxRetries !== undefined && failures >= maxRetries) {
      this.#failures.delete(key);
      this.#counts.givenUp++;
      this.after(key, returnMs);
      onGivenUp?.(key, failures);
      return;
    }
    this.#failures.set(key, failures + 1);
    this.#counts.retries++;
    const backoff = Math.min(minDelayMs * 2 ** failures, maxDelayMs);
    this.after(key, Math.max(backoff, this.#bucket?.reserve(clock.now()) ?? 0));
  }

  #cancel(key: string): void {
    this.#delayed.get(key)?.cancel();
    this.#delayed.delete(key);
  }
}
