/** Which compiled programs stay, and that those that went come back. */
import assert from "node:assert/strict";
import { compile, INT } from "../../../src/cel/mod.ts";
import { type Compiled, Pool } from "../../../src/cel/pool.ts";

/** A program that notes when it is let go. */
class Note implements Compiled {
  ran = false;
  gone = false;

  ranSince(): boolean {
    const { ran } = this;
    this.ran = false;
    return ran;
  }

  forget(): void {
    this.gone = true;
  }
}

Deno.test("the oldest programs go when a pool is full, unless they ran meanwhile", () => {
  const pool = new Pool(30);
  const notes = Array.from({ length: 4 }, () => new Note());
  const gone = () => notes.flatMap((note, index) => note.gone ? [index] : []);
  for (const note of notes.slice(0, 3)) pool.admit(note, 10);
  assert.deepEqual(gone(), []);
  notes[0]!.ran = true;
  pool.admit(notes[3]!, 10);
  assert.deepEqual(gone(), [1]);
  pool.admit(new Note(), 20);
  assert.deepEqual(gone(), [1, 2, 3]);
});

Deno.test("what is larger than the pool is kept alone", () => {
  const pool = new Pool(30);
  const [small, large] = [new Note(), new Note()];
  pool.admit(small, 10);
  pool.admit(large, 100);
  assert.deepEqual([small.gone, large.gone], [true, false]);
});

Deno.test("a program that was let go evaluates as before", () => {
  const result = compile("a + 1", { variables: { a: INT } });
  assert.ok(result.ok);
  const { program } = result;
  assert.deepEqual(program.evaluate({ a: 1n }), { ok: true, value: 2n });
  (program as unknown as Compiled).forget();
  assert.deepEqual(program.evaluate({ a: 2n }), { ok: true, value: 3n });
});
