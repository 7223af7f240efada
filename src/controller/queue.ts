/**
 * The work queue of client-go (`util/workqueue`), with its workers: keys are deduplicated, one worker
 * at a time processes a key, failed keys are requeued with exponential backoff.
 */
import { guarded } from "../api/mod.ts";
import { TokenBucket } from "../kube/mod.ts";

/** The result of processing a key. */
export type WorkResult =
  /** Success: the key is processed again when it is added again. */
  | "done"
  /** Failure: the key is requeued with exponential backoff. */
  | "retry"
  /** The key is requeued after `afterMs`, or earlier by the backoff when it failed. */
  | { afterMs: number; failed?: boolean };

/** The clock of a queue. */
export interface Clock {
  /** Milliseconds since any fixed point. */
  now(): number;
  /** Calls `callback` once after `ms` milliseconds; the returned function cancels it. */
  schedule(callback: () => void, ms: number): () => void;
}

/** Options of a queue. */
export interface QueueOptions {
  /** How many keys are processed at the same time. */
  workers: number;
  /** How many workers background keys may occupy; all by default. */
  background?: number;
  /** Delay after the first failure, doubled by each further one; {@link RETRY_DELAYS} by default. */
  minDelayMs?: number;
  /** Longest delay after a failure; {@link RETRY_DELAYS} by default. */
  maxDelayMs?: number;
  /** Limit of all retries together, as a token bucket; none by default. */
  retryRate?: { perSecond: number; burst: number };
  /** Consecutive failures after which a key is given up; unlimited by default. */
  maxRetries?: number;
  /** Delay until a key that was given up is added again, with its failures reset; {@link RESYNC_MS} by default. */
  returnMs?: number;
  /** The real clock by default. */
  clock?: Clock;
  /** Called when processing a key throws, which counts as `retry`. */
  onError?: (key: string, error: unknown) => void;
  /** Called when a key was processed. */
  onWorked?: (worked: Worked) => void;
  /** Called when a key is given up. */
  onGivenUp?: (key: string, retries: number) => void;
}

/** A key that is being processed. */
export interface Work {
  /** The key. */
  key: string;
  /** Milliseconds since processing began. */
  ms: number;
}

/** A key that was processed. */
export interface Worked {
  /** Milliseconds that the key waited for a worker. */
  waitedMs: number;
  /** Milliseconds that processing took. */
  workedMs: number;
  /** The result. */
  result: WorkResult;
}

/** Counters of a queue since it was created. */
export interface QueueCounts {
  /** Keys added, without those that were waiting already. */
  adds: number;
  /** Failed keys that were requeued. */
  retries: number;
  /** Keys given up. */
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

/** Default delays after failures, in milliseconds: those of upstream's rate limiter. */
export const RETRY_DELAYS: { readonly minDelayMs: number; readonly maxDelayMs: number } = {
  minDelayMs: 200,
  maxDelayMs: 1_000_000,
};

const DEFAULTS = {
  ...RETRY_DELAYS,
  returnMs: RESYNC_MS,
  clock: systemClock,
};

/** A background key that is processed for longer is blocked on I/O: its slot is released. */
const BACKGROUND_MS = 1000;

/** How many processed keys are remembered, for {@link WorkQueue.processedIn}. */
const MAX_ENDED = 8;

/** One of the workers that background keys may occupy, taken until its timer ends. */
interface Slot {
  cancel: () => void;
}

/**
 * A queue of keys and the workers that process them. A key that is added while it is processed is
 * processed once more afterwards.
 */
export class WorkQueue {
  readonly #work: (key: string) => Promise<WorkResult>;
  readonly #options: QueueOptions & typeof DEFAULTS;
  readonly #bucket?: TokenBucket;
  /** Waiting keys in the order of their arrival, with the time of it. */
  readonly #waiting = new Map<string, number>();
  /** Waiting background keys, as above. */
  readonly #background = new Map<string, number>();
  /** Workers that background keys occupy, or that pause after one. */
  readonly #slots = new Set<Slot>();
  readonly #inWork = new Map<string, { since: number; done: Promise<void> }>();
  readonly #again = new Set<string>();
  readonly #delayed = new Map<string, { due: number; cancel: () => void }>();
  readonly #failures = new Map<string, number>();
  /** The keys that were processed last, with the time when processing ended; the oldest first. */
  readonly #ended = new Map<string, number>();
  readonly #counts: QueueCounts = { adds: 0, retries: 0, givenUp: 0 };
  #state: "paused" | "running" | "stopped" = "paused";

  /** No key is processed before {@link start}. */
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

  /** How many keys wait for a worker, without delayed keys and keys that are being processed. */
  get depth(): number {
    return this.#waiting.size + this.#background.size;
  }

  /** Milliseconds that the oldest waiting key has waited; 0 when none waits. */
  get ageMs(): number {
    const now = this.#options.clock.now();
    const oldest = [this.#waiting, this.#background].map((lane) =>
      lane.values().next().value ?? now
    );
    return now - Math.min(...oldest);
  }

  /** The key that has been processed for the longest time. */
  get longest(): Work | undefined {
    const first = this.#inWork.entries().next();
    if (first.done) return undefined;
    const [key, { since }] = first.value;
    return { key, ms: this.#options.clock.now() - since };
  }

  /** Keys that were processed within the last `ms` milliseconds; at most {@link MAX_ENDED} of those that ended. */
  processedIn(ms: number): string[] {
    const since = this.#options.clock.now() - ms;
    const ended = [...this.#ended].filter(([, at]) => at >= since).map(([key]) => key);
    return [...new Set([...this.#inWork.keys(), ...ended])];
  }

  /** Sum of the milliseconds since processing began, over all keys that are being processed. */
  get unfinishedMs(): number {
    const now = this.#options.clock.now();
    return [...this.#inWork.values()].reduce((sum, { since }) => sum + now - since, 0);
  }

  /** How many keys are processed at the same time at most. */
  get workers(): number {
    return this.#options.workers;
  }

  /** How many keys are being processed. */
  get active(): number {
    return this.#inWork.size;
  }

  /** Counters since the queue was created. */
  get counts(): Readonly<QueueCounts> {
    return this.#counts;
  }

  /** Adds a key; the next free worker processes it. A waiting background key becomes a normal one. */
  add(key: string): void {
    if (this.#state === "stopped") return;
    if (this.#inWork.has(key)) this.#again.add(key);
    else if (!this.#waiting.has(key)) {
      const since = this.#background.get(key);
      if (since === undefined) this.#counts.adds++;
      this.#background.delete(key);
      this.#waiting.set(key, since ?? this.#options.clock.now());
    }
    this.#dispatch();
  }

  /**
   * Adds a background key, for changes that affect many keys at once, such as the rollout of a graph.
   * After each one its worker pauses for as long as processing took, so that other keys and other users
   * of the API server are not slowed down.
   */
  addBackground(key: string): void {
    if (this.#state === "stopped") return;
    if (this.#inWork.has(key)) this.#again.add(key);
    else if (!this.#waiting.has(key) && !this.#background.has(key)) {
      this.#counts.adds++;
      this.#background.set(key, this.#options.clock.now());
    }
    this.#dispatch();
  }

  /** Adds the key after `ms` milliseconds, unless it is due earlier already. */
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

  /** Starts processing, or resumes it. */
  start(): void {
    if (this.#state === "stopped") return;
    this.#state = "running";
    this.#dispatch();
  }

  /** Starts no further key until {@link start}; keys are kept. Resolves when no key is being processed. */
  async pause(): Promise<void> {
    if (this.#state === "running") this.#state = "paused";
    await this.#idle();
  }

  /** Drops all keys and accepts no others. Resolves when no key is being processed. */
  async stop(): Promise<void> {
    this.#state = "stopped";
    this.#waiting.clear();
    this.#background.clear();
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
      // Background keys go first: they occupy few workers, and would starve behind a busy queue.
      const isBackground = this.#slots.size < background && this.#background.size > 0;
      const lane = isBackground ? this.#background : this.#waiting;
      const next = lane.keys().next();
      if (next.done) return;
      const since = clock.now();
      const waitedMs = since - lane.get(next.value)!;
      lane.delete(next.value);
      this.#cancel(next.value);
      const done = this.#run(next.value, { since, waitedMs, slot: isBackground && this.#occupy() });
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
    // Processing never starts inside add(): its caller returns first.
    await Promise.resolve();
    let result: WorkResult;
    try {
      result = await this.#work(key);
    } catch (error) {
      guarded("queue", () => this.#options.onError?.(key, error));
      result = "retry";
    }
    this.#inWork.delete(key);
    const workedMs = this.#options.clock.now() - since;
    this.#noteEnd(key, since + workedMs);
    guarded("queue", () => this.#options.onWorked?.({ waitedMs, workedMs, result }));
    if (this.#state === "stopped") return;
    if (slot && this.#slots.has(slot)) this.#freeAfter(slot, workedMs);
    this.#complete(key, result, Boolean(slot));
  }

  #noteEnd(key: string, at: number): void {
    this.#ended.delete(key);
    this.#ended.set(key, at);
    if (this.#ended.size > MAX_ENDED) this.#ended.delete(this.#ended.keys().next().value!);
  }

  #complete(key: string, result: WorkResult, isBackground: boolean): void {
    if (result === "retry" || (typeof result === "object" && result.failed)) this.#retry(key);
    else this.#failures.delete(key);
    if (typeof result === "object") {
      // A background key that is requeued stays one.
      const add = (due: string) => isBackground ? this.addBackground(due) : this.add(due);
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
      guarded("queue", () => onGivenUp?.(key, failures));
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
