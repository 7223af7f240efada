/** A queue and a clock for the tests of the work queue, both driven by the test. */
import type { Clock } from "../../../../src/controller/queue/clock.ts";
import type { QueueOptions } from "../../../../src/controller/queue/options.ts";
import { WorkQueue } from "../../../../src/controller/queue/queue.ts";
import type { WorkResult } from "../../../../src/controller/queue/work.ts";

/** A clock that moves only when a test calls {@link advance}. */
export class ManualClock implements Clock {
  time = 0;
  timers: { due: number; callback: () => void }[] = [];
  now(): number {
    return this.time;
  }
  schedule(callback: () => void, ms: number): () => void {
    const timer = { due: this.time + ms, callback };
    this.timers.push(timer);
    return () => this.timers = this.timers.filter((t) => t !== timer);
  }
  async advance(ms: number): Promise<void> {
    this.time += ms;
    const due = this.timers.filter((t) => t.due <= this.time);
    this.timers = this.timers.filter((t) => t.due > this.time);
    for (const timer of due) timer.callback();
    await flush();
  }
}

/** Runs all pending microtasks. */
export async function flush(): Promise<void> {
  for (let i = 0; i < 20; i++) await Promise.resolve();
}

/** A work queue whose keys stay in progress until the test finishes them. */
export class Bench {
  readonly clock = new ManualClock();
  readonly started: string[] = [];
  readonly errors: string[] = [];
  readonly givenUp: string[] = [];
  #finish = new Map<string, PromiseWithResolvers<WorkResult>>();
  readonly queue: WorkQueue;

  constructor(workers = 1, options: Partial<QueueOptions> = {}) {
    const work = (key: string) => {
      this.started.push(key);
      const done = Promise.withResolvers<WorkResult>();
      this.#finish.set(key, done);
      return done.promise;
    };
    const onError = (key: string, error: unknown) => this.errors.push(`${key}: ${error}`);
    // An option that is set to undefined must not override its default.
    const unset = { minDelayMs: undefined, maxDelayMs: undefined };
    const onGivenUp = (key: string, retries: number) =>
      this.givenUp.push(`${key} after ${retries}`);
    const callbacks = { onError, onGivenUp };
    this.queue = new WorkQueue(work, {
      ...unset,
      workers,
      clock: this.clock,
      ...callbacks,
      ...options,
    });
    this.queue.start();
  }

  async finish(key: string, result: WorkResult = "done"): Promise<void> {
    this.#finish.get(key)!.resolve(result);
    await flush();
  }

  async fail(key: string, error: Error): Promise<void> {
    this.#finish.get(key)!.reject(error);
    await flush();
  }
}
