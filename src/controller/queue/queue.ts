/**
 * A work queue that works as client-go's `util/workqueue`, together with its workers. Equal keys are
 * deduplicated, at most one worker processes a key at a time, and failed keys are requeued with exponential
 * backoff.
 */
import { guarded } from "../../api/mod.ts";
import { TokenBucket } from "../../kube/mod.ts";
import { type CompleteOptions, type QueueOptions, withDefaults } from "./options.ts";
import { BackgroundSlots, type Slot } from "./slots.ts";
import { isFailure, type QueueCounts, type Work, type WorkResult } from "./work.ts";

/** The maximum number of processed keys that are remembered for {@link WorkQueue.processedIn}. */
const MAX_ENDED = 8;

/**
 * A queue of keys with the workers that process the keys. A key that is added while it is being processed is
 * processed once more afterwards.
 */
export class WorkQueue {
  readonly #work: (key: string) => Promise<WorkResult>;
  readonly #options: CompleteOptions;
  readonly #bucket?: TokenBucket;
  /** The waiting keys in the order of their arrival, with the time of their arrival in milliseconds. */
  readonly #waiting = new Map<string, number>();
  /**
   * The waiting background keys in the order of their arrival, with the time of their arrival in
   * milliseconds.
   */
  readonly #background = new Map<string, number>();
  readonly #slots: BackgroundSlots;
  readonly #inWork = new Map<string, { since: number; done: Promise<void> }>();
  readonly #again = new Set<string>();
  readonly #delayed = new Map<string, { due: number; cancel: () => void }>();
  readonly #failures = new Map<string, number>();
  /**
   * The keys that were processed last, oldest first, with the time at which processing ended, in
   * milliseconds.
   */
  readonly #ended = new Map<string, number>();
  readonly #counts: QueueCounts = { adds: 0, retries: 0, givenUp: 0 };
  #state: "paused" | "running" | "stopped" = "paused";

  /** Creates the queue. Keys are processed after {@link start}. */
  constructor(work: (key: string) => Promise<WorkResult>, options: QueueOptions) {
    this.#work = work;
    this.#options = withDefaults(options);
    const { workers, background = workers, retryRate, clock } = this.#options;
    this.#slots = new BackgroundSlots(background, clock, () => this.#dispatch());
    if (retryRate && retryRate.perSecond > 0) {
      const burst = Math.max(1, retryRate.burst);
      this.#bucket = new TokenBucket(retryRate.perSecond, burst, clock.now());
    }
  }

  /**
   * The number of keys that wait for a worker. Delayed keys and keys that are being processed are not
   * counted.
   */
  get depth(): number {
    return this.#waiting.size + this.#background.size;
  }

  /** The time for which the oldest waiting key has waited, in milliseconds; 0 when no key is waiting. */
  get ageMs(): number {
    const now = this.#options.clock.now();
    const oldest = (lane: ReadonlyMap<string, number>) => lane.values().next().value ?? now;
    return now - Math.min(oldest(this.#waiting), oldest(this.#background));
  }

  /** The key that has been processed for the longest time; undefined when no key is being processed. */
  get longest(): Work | undefined {
    const first = this.#inWork.entries().next();
    if (first.done) return undefined;
    const [key, { since }] = first.value;
    return { key, ms: this.#options.clock.now() - since };
  }

  /**
   * Returns the keys that are being processed now, and the keys whose processing ended within the last `ms`
   * milliseconds. The queue remembers the last {@link MAX_ENDED} keys whose processing ended.
   */
  processedIn(ms: number): string[] {
    const since = this.#options.clock.now() - ms;
    const ended = [...this.#ended].filter(([, at]) => at >= since).map(([key]) => key);
    return [...new Set([...this.#inWork.keys(), ...ended])];
  }

  /** The sum of the times for which the keys in progress have been processed so far, in milliseconds. */
  get unfinishedMs(): number {
    const now = this.#options.clock.now();
    return [...this.#inWork.values()].reduce((sum, { since }) => sum + now - since, 0);
  }

  /** The maximum number of keys that are processed at the same time. */
  get workers(): number {
    return this.#options.workers;
  }

  /** The number of keys that are being processed. */
  get active(): number {
    return this.#inWork.size;
  }

  /** The counters of the queue since it was created. */
  get counts(): Readonly<QueueCounts> {
    return this.#counts;
  }

  /**
   * Adds a key, which waits for a free worker. If the key already waits as a background key, the key becomes
   * a normal key.
   */
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
   * Adds a background key. Background keys are for changes that affect many keys at once, such as the rollout
   * of a new graph. A background key occupies one of the {@link BackgroundSlots}. After its processing, the
   * slot stays occupied for as long as the processing took. This pause leaves capacity for other keys and for
   * other clients of the API server.
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

  /** Adds the key after `ms` milliseconds, unless the key is already due earlier. */
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

  /** Starts to process keys, or resumes processing after {@link pause}. */
  start(): void {
    if (this.#state === "stopped") return;
    this.#state = "running";
    this.#dispatch();
  }

  /**
   * Stops processing further keys until {@link start} is called. The waiting keys are kept. Resolves when no
   * key is being processed.
   */
  async pause(): Promise<void> {
    if (this.#state === "running") this.#state = "paused";
    await this.#idle();
  }

  /** Drops all keys and accepts no new keys. Resolves when no key is being processed. */
  async stop(): Promise<void> {
    this.#state = "stopped";
    this.#waiting.clear();
    this.#background.clear();
    this.#again.clear();
    for (const key of [...this.#delayed.keys()]) this.#cancel(key);
    this.#slots.stop();
    await this.#idle();
  }

  async #idle(): Promise<void> {
    await Promise.all([...this.#inWork.values()].map(({ done }) => done));
  }

  #dispatch(): void {
    while (this.#state === "running" && this.#inWork.size < this.#options.workers) {
      // If a slot is free, a background key is processed before all normal keys. If normal keys came first, a
      // busy queue would never process a background key.
      const isBackground = this.#slots.hasFree && this.#background.size > 0;
      const lane = isBackground ? this.#background : this.#waiting;
      const next = lane.keys().next();
      if (next.done) return;
      const since = this.#options.clock.now();
      const waitedMs = since - lane.get(next.value)!;
      lane.delete(next.value);
      this.#cancel(next.value);
      const done = this.#run(next.value, {
        since,
        waitedMs,
        slot: isBackground && this.#slots.occupy(),
      });
      this.#inWork.set(next.value, { since, done });
    }
  }

  async #run(
    key: string,
    { since, waitedMs, slot }: { since: number; waitedMs: number; slot: Slot | false },
  ): Promise<void> {
    // Waits until the running call of `add` has returned, so that `add` never runs the processing itself.
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
    if (slot) this.#slots.pause(slot, workedMs);
    this.#complete(key, result, Boolean(slot));
  }

  #noteEnd(key: string, at: number): void {
    this.#ended.delete(key);
    this.#ended.set(key, at);
    if (this.#ended.size > MAX_ENDED) this.#ended.delete(this.#ended.keys().next().value!);
  }

  #complete(key: string, result: WorkResult, isBackground: boolean): void {
    if (isFailure(result)) this.#retry(key);
    else this.#failures.delete(key);
    if (typeof result === "object") {
      // A background key stays a background key when it is requeued.
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
