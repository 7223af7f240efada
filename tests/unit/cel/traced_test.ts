/** Tests of traced programs, which report the branches that their conditionals take. */
import assert from "node:assert/strict";
import { BOOL, compile, compileTemplate, INT } from "../../../src/cel/mod.ts";

const scope = { variables: { a: BOOL, n: INT } };

/** Returns the traced program of an expression, and the log of its tracer. */
function traced(text: string) {
  const compiled = compile(text, scope);
  assert.ok(compiled.ok);
  const log: string[] = [];
  const program = compiled.program.traced({
    found(offset) {
      log.push(`found ${offset}`);
      return (condition) => void log.push(`${offset} ${condition}`);
    },
  });
  return { program, original: compiled.program, log };
}

Deno.test("a traced program reports its conditionals first, and then each branch that it takes", () => {
  const { program, original, log } = traced("a ? (n > 1 ? 1 : 2) : 3");
  assert.deepEqual(log, ["found 11", "found 2"]);
  log.length = 0;
  assert.deepEqual(program.evaluate({ a: true, n: 0n }), { ok: true, value: 2n });
  assert.deepEqual(log, ["2 true", "11 false"]);
  log.length = 0;
  assert.deepEqual(original.evaluate({ a: false, n: 0n }), { ok: true, value: 3n });
  assert.deepEqual(log, []);
});

Deno.test("a conditional in a loop reports the branch of each element, but is found once", () => {
  const { program, log } = traced("[1, 2].map(x, x > n ? x : 0)");
  assert.equal(log.length, 1);
  program.evaluate({ n: 1n });
  assert.deepEqual(log.slice(1).map((entry) => entry.split(" ")[1]), ["false", "true"]);
});

Deno.test("a traced program costs as much as the original", () => {
  const { program, original } = traced("a ? 1 : 2");
  assert.deepEqual(program.cost, original.cost);
  assert.deepEqual(program.evaluate({ a: true }, 1), original.evaluate({ a: true }, 1));
});

Deno.test("the conditionals of all parts of a template are found", () => {
  const parts = [{ source: "a ? 'x' : 'y'" }, { literal: "-" }, { source: "a ? 'x' : 'y'" }];
  const compiled = compileTemplate(parts, scope);
  assert.ok(compiled.ok);
  let found = 0;
  compiled.program.traced({ found: () => (found++, () => {}) });
  assert.equal(found, 2);
});
