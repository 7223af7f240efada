/** The length of messages. */
import assert from "node:assert/strict";
import { ApiError, MAX_CONDITION_MESSAGE, setConditions, shortened } from "../../../src/api/mod.ts";

Deno.test("a long text keeps its beginning and end, and names its length", () => {
  assert.equal(shortened("x".repeat(1024)).length, 1024);
  assert.equal(
    shortened("a".repeat(100) + "b".repeat(100), 64),
    `${"a".repeat(26)} … [200 characters] … ${"b".repeat(16)}`,
  );
  const pair = shortened("😀".repeat(1000), 65);
  assert.ok(pair.isWellFormed() && pair.length === 65, pair);
});

Deno.test("errors of requests and conditions bound their message", () => {
  const long = "x".repeat(700_000);
  assert.equal(new ApiError(long, { reason: "Invalid" }).message.length, 1024);
  const update = { type: "A", status: "False", reason: "R", message: long } as const;
  const stamp = { generation: 1, now: "2026-01-01T00:00:00Z", created: "2026-01-01T00:00:00Z" };
  const conditions = setConditions({ root: "Ready", dependents: ["A"] }, [], [update], stamp);
  const lengths = conditions.map((c) => c.message!.length);
  assert.deepEqual(lengths, [MAX_CONDITION_MESSAGE, MAX_CONDITION_MESSAGE]);
});
