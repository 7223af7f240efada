/**
 * Tests of delayed keys in the work queue: the backoff of a failed key, the limits of the delay and of the
 * retries, and the time of a requeue.
 */
import assert from "node:assert/strict";
import { Bench, flush } from "./fixtures.ts";

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

Deno.test("a key that fails forever is retried as often as in upstream's queue", async () => {
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
