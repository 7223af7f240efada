/** Tests of the work queue: background keys may occupy only a limited number of the workers. */
import assert from "node:assert/strict";
import { Bench, flush } from "./fixtures.ts";

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
