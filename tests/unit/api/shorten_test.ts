/** Tests of the functions that limit the length of messages. */
import assert from "node:assert/strict";
import {
  ApiError,
  MAX_CONDITION_MESSAGE,
  setConditions,
  shortened,
  withoutAnswer,
} from "../../../src/api/mod.ts";

Deno.test("a long text keeps its beginning and end, and names its length", () => {
  assert.equal(shortened("x".repeat(1024)).length, 1024);
  assert.equal(
    shortened("a".repeat(100) + "b".repeat(100), 64),
    `${"a".repeat(26)} … [200 characters] … ${"b".repeat(16)}`,
  );
  const pair = shortened("😀".repeat(1000), 64);
  assert.ok(pair.isWellFormed() && pair.length === 64, pair);
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

Deno.test("the request in a message stays separable from a long answer of the API server", () => {
  const answer = "x".repeat(700_000);
  const error = new ApiError(`apply secrets a: ${answer}`, { reason: "Invalid", answer });
  assert.equal(error.answer?.length, 512);
  assert.ok(error.message.endsWith(error.answer));
  assert.match(withoutAnswer(error), /^apply secrets a: Invalid; the cause is withheld/);
});
