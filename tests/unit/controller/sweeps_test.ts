// Tests of the schedule of full resyncs. Each kind is resynced once per interval; the kinds are
// spread over the interval, and one kind is resynced at a time.
import assert from "node:assert/strict";
import type { KindRef } from "../../../src/api/mod.ts";
import { type ChildReader, ChildTable } from "../../../src/clusters/cache/child_table.ts";
import type { Clock } from "../../../src/controller/queue/clock.ts";
import { Sweeps } from "../../../src/controller/sweeps.ts";

const HOUR = 3_600_000;

/** A clock that moves only when a test calls {@link pass}. */
class ManualClock implements Clock {
  #now = 0;
  readonly #timers = new Set<{ due: number; callback: () => void }>();

  now(): number {
    return this.#now;
  }

  schedule(callback: () => void, ms: number): () => void {
    const timer = { due: this.#now + ms, callback };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  /** Moves the clock forward, and runs the timers that become due in their order. */
  async pass(ms: number): Promise<void> {
    const end = this.#now + ms;
    for (;;) {
      // Runs all pending microtasks before the clock moves.
      for (let turn = 0; turn < 10; turn++) await Promise.resolve();
      const next = [...this.#timers].sort((a, b) => a.due - b.due)[0];
      if (!next || next.due > end) break;
      this.#timers.delete(next);
      this.#now = next.due;
      next.callback();
    }
    this.#now = end;
  }

  get waiting(): number {
    return this.#timers.size;
  }
}

function storeOf(plural: string): ChildReader {
  const kind: KindRef = { group: "", version: "v1", kind: plural, plural, namespaced: true };
  return new ChildTable(kind);
}

function setup(periodMs: number, plurals: string[], randoms: number[]) {
  const clock = new ManualClock();
  const stores = plurals.map(storeOf);
  const log: string[] = [];
  let running = 0;
  const sweeps = new Sweeps({
    stores: () => stores,
    sweep: async ({ kind }, waits) => {
      assert.equal(++running, 1);
      log.push(`${kind.plural} ${(clock.now() / HOUR).toFixed(1)}`);
      await waits.pause();
      await waits.awaitEvents();
      running--;
    },
    periodMs,
    clock,
    random: () => randoms.shift() ?? 0.5,
  });
  return { clock, stores, log, sweeps };
}

Deno.test("sweeps: each kind is swept once a period, at a random time of its own", async () => {
  const { clock, log, sweeps } = setup(10 * HOUR, ["a", "b"], [0.2, 0.7]);
  sweeps.start();
  await clock.pass(0.5 * HOUR);
  assert.deepEqual(log, [], "no kind is swept at the start");
  await clock.pass(24.5 * HOUR);
  assert.deepEqual(log, ["a 2.0", "b 7.0", "a 12.0", "b 17.0", "a 22.0"]);
  sweeps.stop();
});

Deno.test("sweeps: kinds due at the same time are swept one after the other, and a new kind gets its own time", async () => {
  const { clock, stores, log, sweeps } = setup(10 * HOUR, ["a", "b"], [0.2, 0.2, 0.3]);
  sweeps.start();
  await clock.pass(2.5 * HOUR);
  assert.deepEqual(log, ["a 2.0", "b 2.0"]);
  stores.push(storeOf("c"));
  await clock.pass(4 * HOUR);
  assert.deepEqual(log.slice(2), ["c 5.5"]);
  sweeps.stop();
});

Deno.test("sweeps: a period of 0 disables them", async () => {
  const { clock, log, sweeps } = setup(0, ["a"], []);
  sweeps.start();
  await clock.pass(100 * HOUR);
  assert.deepEqual(log, []);
  assert.equal(clock.waiting, 0);
});

Deno.test("sweeps: stop ends a running sweep", async () => {
  const { clock, log, sweeps } = setup(10 * HOUR, ["a", "b"], [0, 0]);
  sweeps.start();
  await clock.pass(70_000);
  assert.equal(log.length, 1, "the first sweep waits between its pages");
  sweeps.stop();
  await clock.pass(100 * HOUR);
  assert.equal(log.length, 1);
  assert.equal(clock.waiting, 0);
});
