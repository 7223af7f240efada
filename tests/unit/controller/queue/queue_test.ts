/**
 * Tests of the work queue: the order of the keys; start, pause and stop; and the numbers that the queue
 * reports.
 */
import assert from "node:assert/strict";
import { onBackgroundFailure } from "../../../../src/api/mod.ts";
import { WorkQueue } from "../../../../src/controller/queue/queue.ts";
import { Bench, flush, ManualClock } from "./fixtures.ts";

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
