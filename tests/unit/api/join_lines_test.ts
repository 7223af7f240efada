import assert from "node:assert/strict";
import fc from "fast-check";
import { joinLines } from "../../../src/api/mod.ts";

Deno.test("joinLines replaces each run of white space with a line feed", () => {
  const part = fc.constantFrom("a", " ", "\n", "\r", "\t", "\u00a0", "b c");
  fc.assert(
    fc.property(fc.array(part).map((parts) => parts.join("")), (text) => {
      assert.equal(joinLines(text, "; "), text.replaceAll(/\s*\n\s*/g, "; "));
    }),
    { numRuns: 2_000 },
  );
});
