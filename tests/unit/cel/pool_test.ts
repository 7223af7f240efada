/**
 * Tests of the pool of compiled programs. When the pool is full, it evicts the oldest program that
 * has not run recently. An evicted program is compiled again on use.
 */
import assert from "node:assert/strict";
import { compile, INT } from "../../../src/cel/mod.ts";
import { type Compiled, Pool } from "../../../src/cel/pool.ts";

/** A program that records whether it was evicted. */
class Recorder implements Compiled {
  ran = false;
  evicted = false;

  ranSince(): boolean {
    const { ran } = this;
    this.ran = false;
    return ran;
  }

  forget(): void {
    this.evicted = true;
  }
}

Deno.test("a full pool evicts its oldest programs, except those that ran since the last eviction", () => {
  const pool = new Pool(30);
  const programs = Array.from({ length: 4 }, () => new Recorder());
  const evicted = () => programs.flatMap((program, index) => program.evicted ? [index] : []);
  for (const program of programs.slice(0, 3)) pool.admit(program, 10);
  assert.deepEqual(evicted(), []);
  programs[0]!.ran = true;
  pool.admit(programs[3]!, 10);
  assert.deepEqual(evicted(), [1]);
  pool.admit(new Recorder(), 20);
  assert.deepEqual(evicted(), [1, 2, 3]);
});

Deno.test("a program larger than the pool evicts all others and is kept", () => {
  const pool = new Pool(30);
  const [small, large] = [new Recorder(), new Recorder()];
  pool.admit(small, 10);
  pool.admit(large, 100);
  assert.deepEqual([small.evicted, large.evicted], [true, false]);
});

Deno.test("an evicted program still evaluates", () => {
  const result = compile("a + 1", { variables: { a: INT } });
  assert.ok(result.ok);
  const { program } = result;
  assert.deepEqual(program.evaluate({ a: 1n }), { ok: true, value: 2n });
  (program as unknown as Compiled).forget();
  assert.deepEqual(program.evaluate({ a: 2n }), { ok: true, value: 3n });
});
