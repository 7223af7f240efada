/**
 * Tests of the functions with which tests wait for a condition. They return the value of the condition. When
 * the time runs out, their error names the condition.
 */
import assert from "node:assert/strict";
import { eventually, steady } from "../../support/wait.ts";

Deno.test("a wait returns the first truthy value, fails by name at its limit, and passes errors on", async () => {
  let checks = 0;
  assert.equal(await eventually("three", () => ++checks === 3 && "done", 5, 0), "done");
  assert.equal(await eventually("a promise", () => Promise.resolve(7), 5, 0), 7);
  await assert.rejects(eventually("never", () => false, 0, 0), /^Error: never: not after 0 s$/);
  const broken = () => Promise.reject(new Error("broken"));
  await assert.rejects(eventually("x", broken, 5, 0), /broken/);
});

Deno.test("a state is steady after so many equal looks in a row", async () => {
  const texts = ["a", "b", "b", "c"];
  let looks = 0;
  await steady("text", () => texts[Math.min(looks++, 3)]!, 100);
  // `steady` must have read the last string five times in a row, after four reads of other strings.
  assert.ok(looks >= 4 + 5, String(looks));
});
