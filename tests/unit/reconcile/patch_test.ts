/** Tests of JSON merge patches against the pseudocode of RFC 7386. */
import assert from "node:assert/strict";
import fc from "fast-check";
import type { Json, JsonObject } from "../../../src/api/mod.ts";
import { mergePatch } from "../../../src/reconcile/mod.ts";

/** The function `MergePatch` of RFC 7386, section 2. */
function reference(target: unknown, patch: unknown): unknown {
  if (typeof patch !== "object" || patch === null || Array.isArray(patch)) return patch;
  const isObject = typeof target === "object" && target !== null && !Array.isArray(target);
  const fields = new Map(isObject ? Object.entries(target) : []);
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) fields.delete(name);
    else fields.set(name, reference(fields.get(name), value));
  }
  return Object.fromEntries(fields);
}

/** Values of few names, so that a target and a patch often have the same fields. */
const { value } = fc.letrec<{ value: Json }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom(null, 1, "x", [], [null]),
    fc.dictionary(fc.constantFrom("a", "b", "1", "constructor", "__proto__"), tie("value"), {
      noNullPrototype: true,
    }) as fc.Arbitrary<JsonObject>,
  ),
}));
const patch = value.filter((each) => typeof each === "object" && each !== null) as fc.Arbitrary<
  JsonObject
>;

Deno.test("a merge patch has the result of the pseudocode of RFC 7386, and changes neither value", () => {
  fc.assert(
    fc.property(value, patch, (target, patch) => {
      if (Array.isArray(patch)) return;
      const before = JSON.stringify([target, patch]);
      assert.deepEqual(mergePatch(target, patch), reference(target, patch));
      assert.equal(JSON.stringify([target, patch]), before);
    }),
    { numRuns: 1000 },
  );
});
