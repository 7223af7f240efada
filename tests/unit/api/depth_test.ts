/** Tests of the functions that limit how deeply JSON values are nested. */
import assert from "node:assert/strict";
import { deeperThan, hasNull, MAX_DEPTH } from "../../../src/api/mod.ts";

function nested(levels: number, inner: unknown): unknown {
  let value = inner;
  for (let i = 0; i < levels; i++) value = i % 2 === 0 ? [1, value] : { a: 1, b: value };
  return value;
}

Deno.test("deeperThan counts lists, objects and the value that they contain", () => {
  for (const inner of [1, null, [], {}]) {
    assert.equal(deeperThan(nested(4, inner), 4), false);
    assert.equal(deeperThan(nested(4, inner), 3), true);
  }
  assert.equal(deeperThan(nested(9_990, 1), MAX_DEPTH), true);
});

Deno.test("hasNull finds null at each level down to the greatest depth", () => {
  for (const levels of [0, 1, 2, MAX_DEPTH]) {
    assert.equal(hasNull(nested(levels, null)), true, `${levels} levels`);
    assert.equal(hasNull(nested(levels, "null")), false, `${levels} levels`);
  }
  assert.equal(hasNull(undefined), false);
  assert.equal(hasNull(nested(9_990, null)), false);
});
