import assert from "node:assert/strict";
import { onBackgroundFailure } from "../../../../src/api/mod.ts";
import type { Clock } from "../../../../src/controller/queue/clock.ts";
import type { QueueOptions } from "../../../../src/controller/queue/options.ts";
import { WorkQueue } from "../../../../src/controller/queue/queue.ts";
import type { WorkResult } from "../../../../src/controller/queue/work.ts";

/** A clock that moves only when a test calls {@link advance}. */
class ManualClock implements Clock {
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
async function flush(): Promise<void> {
  for (let i = 0; i < 20; i++) await Promise.resolve();
}

/** A queue whose items stay in progress until the test finishes them. */
class Bench {
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

Deno.test("a key that is added several times is processed once", async () => {
  const bench = new Bench();
  bench.queue.add("busy");
  await flush();
  for (const key of ["a", "b", "a"]) bench.queue.add(key);
  assert.equal(bench.queue.depth, 2);
  await bench.finish("busy");
  await bench.finish("a");
  await bench.finish("b");
  assert.deepEqual(bench.started, ["busy", "a", "b"]);
});

Deno.test("a key added while it is in progress is processed once more, and never concurrently", async () => {
  const bench = new Bench(4);
  bench.queue.add("a");
  await flush();
  bench.queue.add("a");
  bench.queue.add("a");
  await flush();
  assert.deepEqual(bench.started, ["a"]);
  await bench.finish("a");
  assert.deepEqual(bench.started, ["a", "a"]);
  await bench.finish("a");
  assert.deepEqual(bench.started, ["a", "a"]);
});

Deno.test("at most as many keys are in progress as there are workers", async () => {
  const bench = new Bench(2);
  for (const key of ["a", "b", "c"]) bench.queue.add(key);
  await flush();
  assert.deepEqual([bench.started, bench.queue.depth], [["a", "b"], 1]);
  await bench.finish("b");
  assert.deepEqual(bench.started, ["a", "b", "c"]);
});

Deno.test("background keys use a limited number of workers, and other keys do not wait for them", async () => {
  const bench = new Bench(3, { background: 2 });
  for (const key of ["a", "b", "c", "d"]) bench.queue.addBackground(key);
  await flush();
  assert.deepEqual([bench.started, bench.queue.depth], [["a", "b"], 2]);
  bench.queue.add("x");
  bench.queue.add("y");
  await flush();
  assert.deepEqual(bench.started, ["a", "b", "x"]);
  await bench.finish("x");
  assert.deepEqual(bench.started, ["a", "b", "x", "y"]);
  await bench.finish("a");
  await bench.clock.advance(0);
  assert.deepEqual(bench.started, ["a", "b", "x", "y", "c"]);
});

Deno.test("a background key that is added normally moves to the normal keys, and is queued once", async () => {
  const bench = new Bench(2, { background: 1 });
  bench.queue.add("x");
  for (const key of ["a", "b", "c"]) bench.queue.addBackground(key);
  await flush();
  bench.queue.add("c");
  bench.queue.addBackground("c");
  bench.queue.addBackground("x");
  assert.deepEqual([bench.started, bench.queue.depth], [["x", "a"], 2]);
  assert.equal(bench.queue.counts.adds, 4);
  for (const key of ["x", "c", "x", "a"]) await bench.finish(key);
  await bench.clock.advance(0);
  assert.deepEqual(bench.started, ["x", "a", "c", "x", "b"]);
});

Deno.test("a background key that asks to be requeued later is requeued as a background key", async () => {
  const bench = new Bench(3, { background: 1 });
  for (const key of ["a", "b"]) bench.queue.addBackground(key);
  await flush();
  await bench.finish("a", { afterMs: 10 });
  await bench.clock.advance(0);
  await bench.clock.advance(10);
  assert.deepEqual([bench.started, bench.queue.depth], [["a", "b"], 1]);
  await bench.finish("b");
  await bench.clock.advance(10);
  assert.deepEqual(bench.started, ["a", "b", "a"]);
});

Deno.test("a background worker pauses for as long as its work took", async () => {
  const bench = new Bench(3, { background: 1 });
  for (const key of ["a", "b"]) bench.queue.addBackground(key);
  await bench.clock.advance(40);
  await bench.finish("a");
  await bench.clock.advance(39);
  assert.deepEqual(bench.started, ["a"]);
  await bench.clock.advance(1);
  assert.deepEqual(bench.started, ["a", "b"]);
  void bench.queue.stop();
  await bench.finish("b");
  assert.deepEqual(bench.clock.timers, []);
});

Deno.test("background work that runs for one second releases its slot to the next background key", async () => {
  const bench = new Bench(3, { background: 1 });
  for (const key of ["a", "b", "c", "d"]) bench.queue.addBackground(key);
  await flush();
  await bench.clock.advance(999);
  assert.deepEqual(bench.started, ["a"]);
  await bench.clock.advance(1);
  assert.deepEqual(bench.started, ["a", "b"]);
  await bench.finish("b");
  await bench.clock.advance(0);
  await bench.clock.advance(999);
  assert.deepEqual(bench.started, ["a", "b", "c"]);
  await bench.clock.advance(1);
  assert.deepEqual(bench.started, ["a", "b", "c", "d"]);
  await bench.finish("a");
  assert.deepEqual([bench.queue.active, bench.queue.depth], [2, 0]);
});

Deno.test("failures are retried after 200 ms, doubling up to 1000 s, and a success resets the delay", async () => {
  const bench = new Bench();
  bench.queue.add("a");
  await flush();
  const delays: number[] = [];
  for (let i = 0; i < 15; i++) {
    await bench.finish("a", "retry");
    const delay = bench.clock.timers[0]!.due - bench.clock.time;
    delays.push(delay);
    await bench.clock.advance(delay);
  }
  assert.deepEqual(delays.slice(0, 4), [200, 400, 800, 1600]);
  assert.deepEqual(delays.slice(-2), [1_000_000, 1_000_000]);

  await bench.finish("a", "done");
  bench.queue.add("a");
  await flush();
  await bench.finish("a", "retry");
  assert.equal(bench.clock.timers[0]!.due - bench.clock.time, 200);
});

Deno.test("work that throws is reported and retried", async () => {
  const bench = new Bench();
  bench.queue.add("a");
  await flush();
  await bench.fail("a", new Error("broken"));
  assert.deepEqual(bench.errors, ["a: Error: broken"]);
  await bench.clock.advance(200);
  assert.deepEqual(bench.started, ["a", "a"]);
});

Deno.test("adding a delayed key processes it at once and cancels the delay", async () => {
  const bench = new Bench();
  bench.queue.after("a", 3000);
  bench.queue.add("a");
  await flush();
  await bench.finish("a");
  await bench.clock.advance(3000);
  assert.deepEqual(bench.started, ["a"]);
});

Deno.test("the earlier of two delays of a key applies", async () => {
  for (const [first, second] of [[1000, 5000], [5000, 1000]] as const) {
    const bench = new Bench();
    bench.queue.after("a", first);
    bench.queue.after("a", second);
    await bench.clock.advance(999);
    assert.deepEqual(bench.started, []);
    await bench.clock.advance(1);
    assert.deepEqual(bench.started, ["a"]);
    assert.equal(bench.clock.timers.length, 0);
  }
});

Deno.test("a failed key with a requeue time is retried at the earlier of backoff and requeue time", async () => {
  const bench = new Bench();
  bench.queue.add("a");
  await flush();
  const delays: number[] = [];
  for (let i = 0; i < 4; i++) {
    await bench.finish("a", { afterMs: 1000, failed: true });
    assert.equal(bench.clock.timers.length, 1);
    const delay = bench.clock.timers[0]!.due - bench.clock.time;
    delays.push(delay);
    await bench.clock.advance(delay);
  }
  assert.deepEqual(delays, [200, 400, 800, 1000]);
});

Deno.test("ageMs is the age of the key that waits longest", async () => {
  const bench = new Bench();
  bench.queue.add("busy");
  await flush();
  assert.equal(bench.queue.ageMs, 0);
  bench.queue.add("a");
  await bench.clock.advance(70);
  bench.queue.add("b");
  await bench.clock.advance(5);
  assert.equal(bench.queue.ageMs, 75);
});

Deno.test("stop waits for work in progress, drops waiting keys and leaves no timer", async () => {
  const bench = new Bench();
  for (const key of ["a", "b"]) bench.queue.add(key);
  bench.queue.after("c", 1000);
  await flush();
  let stopped = false;
  const stopping = bench.queue.stop().then(() => stopped = true);
  await flush();
  assert.equal(stopped, false);
  await bench.finish("a", "retry");
  await stopping;
  bench.queue.after("d", 10);
  bench.queue.add("e");
  await flush();
  assert.deepEqual([bench.started, bench.clock.timers.length, bench.queue.depth], [["a"], 0, 0]);
});

Deno.test("keys added before start are processed after it", async () => {
  const seen: string[] = [];
  const queue = new WorkQueue((key) => {
    seen.push(key);
    return Promise.resolve("done" as const);
  }, { workers: 1, clock: new ManualClock() });
  queue.add("a");
  await flush();
  assert.deepEqual(seen, []);
  queue.start();
  await flush();
  assert.deepEqual(seen, ["a"]);
});

Deno.test("a key is given up after maxRetries, and requeued after returnMs with its failures reset", async () => {
  const bench = new Bench(1, { maxRetries: 2, returnMs: 60_000 });
  bench.queue.add("a");
  await flush();
  const delays: number[] = [];
  for (let i = 0; i < 4; i++) {
    await bench.finish("a", "retry");
    delays.push(bench.clock.timers[0]!.due - bench.clock.time);
    await bench.clock.advance(delays.at(-1)!);
  }
  assert.deepEqual(delays, [200, 400, 60_000, 200]);
  assert.deepEqual(bench.givenUp, ["a after 2"]);
  assert.deepEqual(bench.queue.counts, { adds: 5, retries: 3, givenUp: 1 });
});

Deno.test("adding a key that was given up processes it again", async () => {
  const bench = new Bench(1, { maxRetries: 0 });
  bench.queue.add("a");
  await flush();
  await bench.finish("a", "retry");
  assert.deepEqual(bench.givenUp, ["a after 0"]);
  bench.queue.add("a");
  await flush();
  await bench.finish("a", "done");
  assert.deepEqual([bench.started, bench.clock.timers.length], [["a", "a"], 0]);
});

Deno.test("retries of all keys share a rate limit, which does not delay new keys", async () => {
  const bench = new Bench(9, { retryRate: { perSecond: 1, burst: 2 } });
  for (const key of ["a", "b", "c", "d"]) bench.queue.add(key);
  await flush();
  for (const key of ["a", "b", "c", "d"]) await bench.finish(key, "retry");
  assert.deepEqual(bench.clock.timers.map((t) => t.due), [200, 200, 1000, 2000]);
  bench.queue.add("e");
  await flush();
  assert.equal(bench.started.at(-1), "e");
});

Deno.test("pause waits for work in progress, and keeps waiting keys until start", async () => {
  const bench = new Bench(1);
  for (const key of ["a", "b"]) bench.queue.add(key);
  await flush();
  let idle = false;
  const pausing = bench.queue.pause().then(() => idle = true);
  bench.queue.add("c");
  await flush();
  assert.equal(idle, false);
  await bench.finish("a", "retry");
  await pausing;
  await bench.clock.advance(200);
  assert.deepEqual(bench.started, ["a"]);
  bench.queue.start();
  for (const key of ["b", "c", "a"]) {
    await flush();
    await bench.finish(key);
  }
  assert.deepEqual(bench.started, ["a", "b", "c", "a"]);
});

Deno.test("longest is the key in progress that started first", async () => {
  const bench = new Bench(2);
  assert.equal(bench.queue.longest, undefined);
  bench.queue.add("a");
  await bench.clock.advance(50);
  bench.queue.add("b");
  await bench.clock.advance(20);
  assert.deepEqual(bench.queue.longest, { key: "a", ms: 70 });
  assert.equal(bench.queue.active, 2);
  await bench.finish("a");
  assert.deepEqual(bench.queue.longest, { key: "b", ms: 20 });
});

Deno.test("the keys of a time span are those in progress and the last eight that ended in it", async () => {
  const bench = new Bench(1);
  for (let i = 0; i < 12; i++) {
    bench.queue.add(`${i}`);
    await flush();
    await bench.clock.advance(10);
    await bench.finish(`${i}`);
  }
  bench.queue.add("busy");
  await flush();
  await bench.clock.advance(5);
  assert.deepEqual(bench.queue.processedIn(24), ["busy", "10", "11"]);
  assert.deepEqual(bench.queue.processedIn(1000), [
    "busy",
    "4",
    "5",
    "6",
    "7",
    "8",
    "9",
    "10",
    "11",
  ]);
});

Deno.test("an error of a callback is reported, and the queue continues", async () => {
  const reported: string[] = [];
  const stop = onBackgroundFailure((work, error) => reported.push(`${work}: ${error}`));
  const broken = (name: string) => () => {
    throw new Error(name);
  };
  const bench = new Bench(1, {
    maxRetries: 0,
    onError: broken("onError"),
    onWorked: broken("onWorked"),
    onGivenUp: broken("onGivenUp"),
  });
  bench.queue.add("a");
  bench.queue.add("b");
  await flush();
  await bench.fail("a", new Error("broken"));
  stop();
  assert.deepEqual(
    reported,
    ["onError", "onWorked", "onGivenUp"].map((name) => `queue: Error: ${name}`),
  );
  assert.deepEqual(bench.started, ["a", "b"]);
});

Deno.test("a key that fails for ever is retried as often as in upstream's queue", async () => {
  const bench = new Bench(1);
  bench.queue.add("a");
  await flush();
  // The expected delays are those of client-go's ItemExponentialFailureRateLimiter, with upstream's
  // default limits of 200 ms and 1000 s.
  for (let failures = 0; failures < 20; failures++) {
    await bench.finish("a", "retry");
    const upstream = Math.min(200 * 2 ** failures, 1_000_000);
    await bench.clock.advance(upstream - 1);
    assert.equal(bench.started.length, failures + 1);
    await bench.clock.advance(1);
    assert.equal(bench.started.length, failures + 2);
  }
});
