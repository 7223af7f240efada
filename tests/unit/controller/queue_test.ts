import assert from "node:assert/strict";
import {
  type Clock,
  type QueueOptions,
  WorkQueue,
  type WorkResult,
} from "../../../src/controller/queue.ts";

/** A clock that moves only when told to. */
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
    await settled();
  }
}

/** Lets all that is ready to run do so. */
async function settled(): Promise<void> {
  for (let i = 0; i < 20; i++) await Promise.resolve();
}

/** Work that is finished by hand, so that a test sees what is in work meanwhile. */
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
    // As callers do that hand on what they were given, or were not.
    const given = { minDelayMs: undefined, maxDelayMs: undefined };
    const onGivenUp = (key: string, retries: number) =>
      this.givenUp.push(`${key} after ${retries}`);
    const told = { onError, onGivenUp };
    this.queue = new WorkQueue(work, { ...given, workers, clock: this.clock, ...told, ...options });
    this.queue.start();
  }

  async finish(key: string, result: WorkResult = "done"): Promise<void> {
    this.#finish.get(key)!.resolve(result);
    await settled();
  }

  async fail(key: string, error: Error): Promise<void> {
    this.#finish.get(key)!.reject(error);
    await settled();
  }
}

Deno.test("a key that is added several times is worked on once", async () => {
  const bench = new Bench();
  bench.queue.add("busy");
  await settled();
  for (const key of ["a", "b", "a"]) bench.queue.add(key);
  assert.equal(bench.queue.depth, 2);
  await bench.finish("busy");
  await bench.finish("a");
  await bench.finish("b");
  assert.deepEqual(bench.started, ["busy", "a", "b"]);
});

Deno.test("a key added while it is in work is worked on once more, and never twice at a time", async () => {
  const bench = new Bench(4);
  bench.queue.add("a");
  await settled();
  bench.queue.add("a");
  bench.queue.add("a");
  await settled();
  assert.deepEqual(bench.started, ["a"]);
  await bench.finish("a");
  assert.deepEqual(bench.started, ["a", "a"]);
  await bench.finish("a");
  assert.deepEqual(bench.started, ["a", "a"]);
});

Deno.test("no more keys are in work than there are workers", async () => {
  const bench = new Bench(2);
  for (const key of ["a", "b", "c"]) bench.queue.add(key);
  await settled();
  assert.deepEqual([bench.started, bench.queue.depth], [["a", "b"], 1]);
  await bench.finish("b");
  assert.deepEqual(bench.started, ["a", "b", "c"]);
});

Deno.test("background keys take so many workers at most, and nobody waits behind them", async () => {
  const bench = new Bench(3, { background: 2 });
  for (const key of ["a", "b", "c", "d"]) bench.queue.addBackground(key);
  await settled();
  assert.deepEqual([bench.started, bench.queue.depth], [["a", "b"], 2]);
  bench.queue.add("x");
  bench.queue.add("y");
  await settled();
  assert.deepEqual(bench.started, ["a", "b", "x"]);
  await bench.finish("x");
  assert.deepEqual(bench.started, ["a", "b", "x", "y"]);
  await bench.finish("a");
  await bench.clock.advance(0);
  assert.deepEqual(bench.started, ["a", "b", "x", "y", "c"]);
});

Deno.test("a background key that is added again waits with the others, once", async () => {
  const bench = new Bench(2, { background: 1 });
  bench.queue.add("x");
  for (const key of ["a", "b", "c"]) bench.queue.addBackground(key);
  await settled();
  bench.queue.add("c");
  bench.queue.addBackground("c");
  bench.queue.addBackground("x");
  assert.deepEqual([bench.started, bench.queue.depth], [["x", "a"], 2]);
  assert.equal(bench.queue.counts.adds, 4);
  for (const key of ["x", "c", "x", "a"]) await bench.finish(key);
  await bench.clock.advance(0);
  assert.deepEqual(bench.started, ["x", "a", "c", "x", "b"]);
});

Deno.test("what background work leaves for later is background work", async () => {
  const bench = new Bench(3, { background: 1 });
  for (const key of ["a", "b"]) bench.queue.addBackground(key);
  await settled();
  await bench.finish("a", { afterMs: 10 });
  await bench.clock.advance(0);
  await bench.clock.advance(10);
  assert.deepEqual([bench.started, bench.queue.depth], [["a", "b"], 1]);
  await bench.finish("b");
  await bench.clock.advance(10);
  assert.deepEqual(bench.started, ["a", "b", "a"]);
});

Deno.test("a worker for the background rests for as long as it worked", async () => {
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

Deno.test("background work that takes a second waits for something: the next one begins beside it", async () => {
  const bench = new Bench(3, { background: 1 });
  for (const key of ["a", "b", "c", "d"]) bench.queue.addBackground(key);
  await settled();
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

Deno.test("failures are tried again after 200 ms, doubling up to 1000 s, and success resets that", async () => {
  const bench = new Bench();
  bench.queue.add("a");
  await settled();
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
  await settled();
  await bench.finish("a", "retry");
  assert.equal(bench.clock.timers[0]!.due - bench.clock.time, 200);
});

Deno.test("work that throws is reported and tried again", async () => {
  const bench = new Bench();
  bench.queue.add("a");
  await settled();
  await bench.fail("a", new Error("broken"));
  assert.deepEqual(bench.errors, ["a: Error: broken"]);
  await bench.clock.advance(200);
  assert.deepEqual(bench.started, ["a", "a"]);
});

Deno.test("an event cuts a delay short, and the delay does not cause another turn", async () => {
  const bench = new Bench();
  bench.queue.after("a", 3000);
  bench.queue.add("a");
  await settled();
  await bench.finish("a");
  await bench.clock.advance(3000);
  assert.deepEqual(bench.started, ["a"]);
});

Deno.test("of two delays the earlier one holds", async () => {
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

Deno.test("what failed and is due at a time is tried at the earlier of both, and still counts as failed", async () => {
  const bench = new Bench();
  bench.queue.add("a");
  await settled();
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

Deno.test("the age is that of the key that waits longest", async () => {
  const bench = new Bench();
  bench.queue.add("busy");
  await settled();
  assert.equal(bench.queue.ageMs, 0);
  bench.queue.add("a");
  await bench.clock.advance(70);
  bench.queue.add("b");
  await bench.clock.advance(5);
  assert.equal(bench.queue.ageMs, 75);
});

Deno.test("stopping waits for what is in work, drops the rest and leaves no timer", async () => {
  const bench = new Bench();
  for (const key of ["a", "b"]) bench.queue.add(key);
  bench.queue.after("c", 1000);
  await settled();
  let stopped = false;
  const stopping = bench.queue.stop().then(() => stopped = true);
  await settled();
  assert.equal(stopped, false);
  await bench.finish("a", "retry");
  await stopping;
  bench.queue.after("d", 10);
  bench.queue.add("e");
  await settled();
  assert.deepEqual([bench.started, bench.clock.timers.length, bench.queue.depth], [["a"], 0, 0]);
});

Deno.test("keys added before the start are worked on after it", async () => {
  const seen: string[] = [];
  const queue = new WorkQueue((key) => {
    seen.push(key);
    return Promise.resolve("done" as const);
  }, { workers: 1, clock: new ManualClock() });
  queue.add("a");
  await settled();
  assert.deepEqual(seen, []);
  queue.start();
  await settled();
  assert.deepEqual(seen, ["a"]);
});

Deno.test("after its retries a key is given up, and comes back later without failures to its name", async () => {
  const bench = new Bench(1, { maxRetries: 2, returnMs: 60_000 });
  bench.queue.add("a");
  await settled();
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

Deno.test("an event brings a key back that was given up", async () => {
  const bench = new Bench(1, { maxRetries: 0 });
  bench.queue.add("a");
  await settled();
  await bench.finish("a", "retry");
  assert.deepEqual(bench.givenUp, ["a after 0"]);
  bench.queue.add("a");
  await settled();
  await bench.finish("a", "done");
  assert.deepEqual([bench.started, bench.clock.timers.length], [["a", "a"], 0]);
});

Deno.test("retries of all keys share a rate; what is new is not held up by it", async () => {
  const bench = new Bench(9, { retryRate: { perSecond: 1, burst: 2 } });
  for (const key of ["a", "b", "c", "d"]) bench.queue.add(key);
  await settled();
  for (const key of ["a", "b", "c", "d"]) await bench.finish(key, "retry");
  assert.deepEqual(bench.clock.timers.map((t) => t.due), [200, 200, 1000, 2000]);
  bench.queue.add("e");
  await settled();
  assert.equal(bench.started.at(-1), "e");
});

Deno.test("a pause waits for what is in work, and keeps all keys for later", async () => {
  const bench = new Bench(1);
  for (const key of ["a", "b"]) bench.queue.add(key);
  await settled();
  let idle = false;
  const pausing = bench.queue.pause().then(() => idle = true);
  bench.queue.add("c");
  await settled();
  assert.equal(idle, false);
  await bench.finish("a", "retry");
  await pausing;
  await bench.clock.advance(200);
  assert.deepEqual(bench.started, ["a"]);
  bench.queue.start();
  for (const key of ["b", "c", "a"]) {
    await settled();
    await bench.finish(key);
  }
  assert.deepEqual(bench.started, ["a", "b", "c", "a"]);
});

Deno.test("the longest work is that of the key that was begun first", async () => {
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
