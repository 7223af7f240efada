// When which kind is swept: once a period, spread over it, never two at a time.
import assert from "node:assert/strict";
import type { KindRef } from "../../../src/api/mod.ts";
import { type ChildReader, ChildTable } from "../../../src/clusters/cache/child_table.ts";
import type { Clock } from "../../../src/controller/queue.ts";
import { Sweeps } from "../../../src/controller/sweeps.ts";

const HOUR = 3_600_000;

/** A clock that the test moves. */
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

  /** Runs what is due until then, in order. */
  async pass(ms: number): Promise<void> {
    const end = this.#now + ms;
    for (;;) {
      // Whatever was called goes on before time does.
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

function setup(periodMs: number, plurals: string[], chances: number[]) {
  const clock = new ManualClock();
  const stores = plurals.map(storeOf);
  const log: string[] = [];
  let atOnce = 0;
  const sweeps = new Sweeps({
    stores: () => stores,
    sweep: async ({ kind }, waits) => {
      assert.equal(++atOnce, 1);
      log.push(`${kind.plural} ${(clock.now() / HOUR).toFixed(1)}`);
      await waits.pause();
      await waits.awaitEvents();
      atOnce--;
    },
    periodMs,
    clock,
    random: () => chances.shift() ?? 0.5,
  });
  return { clock, stores, log, sweeps };
}

Deno.test("sweeps: every kind once a period, at times of its own", async () => {
  const { clock, log, sweeps } = setup(10 * HOUR, ["a", "b"], [0.2, 0.7]);
  sweeps.start();
  await clock.pass(0.5 * HOUR);
  assert.deepEqual(log, [], "nothing at the start");
  await clock.pass(24.5 * HOUR);
  assert.deepEqual(log, ["a 2.0", "b 7.0", "a 12.0", "b 17.0", "a 22.0"]);
  sweeps.stop();
});

Deno.test("sweeps: kinds that are due at once take turns, and a kind that comes later has its own time", async () => {
  const { clock, stores, log, sweeps } = setup(10 * HOUR, ["a", "b"], [0.2, 0.2, 0.3]);
  sweeps.start();
  await clock.pass(2.5 * HOUR);
  assert.deepEqual(log, ["a 2.0", "b 2.0"]);
  stores.push(storeOf("c"));
  await clock.pass(4 * HOUR);
  assert.deepEqual(log.slice(2), ["c 5.5"]);
  sweeps.stop();
});

Deno.test("sweeps: a period of 0 is none", async () => {
  const { clock, log, sweeps } = setup(0, ["a"], []);
  sweeps.start();
  await clock.pass(100 * HOUR);
  assert.deepEqual(log, []);
  assert.equal(clock.waiting, 0);
});

Deno.test("sweeps: stopping ends one that is under way", async () => {
  const { clock, log, sweeps } = setup(10 * HOUR, ["a", "b"], [0, 0]);
  sweeps.start();
  await clock.pass(70_000);
  assert.equal(log.length, 1, "the first one waits between its pages");
  sweeps.stop();
  await clock.pass(100 * HOUR);
  assert.equal(log.length, 1);
  assert.equal(clock.waiting, 0);
});
