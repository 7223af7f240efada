/**
 * Tests of the conditions in the status of an object: how the other conditions determine the condition
 * `Ready`.
 */
import assert from "node:assert/strict";
import {
  type Condition,
  type ConditionSet,
  conditionsOf,
  findCondition,
  setConditions,
} from "../../../src/api/mod.ts";

const set: ConditionSet = { root: "Ready", dependents: ["A", "B"], retired: ["Old"] };
const stamp = { generation: 2, now: "2026-01-02T00:00:00Z", created: "2026-01-01T00:00:00Z" };

function update(type: string, status: Condition["status"], reason = "R", message = "m") {
  return { type, status, reason, message };
}

Deno.test("conditions that were never set are Unknown since the object's creation", () => {
  const ready = findCondition(setConditions(set, [], [], stamp), "Ready");
  assert.equal(ready?.status, "Unknown");
  assert.equal(ready?.reason, "AwaitingReconciliation");
  assert.match(ready?.message ?? "", /is awaiting reconciliation$/);
  assert.equal(ready?.lastTransitionTime, stamp.created);
});

Deno.test("the root is True when all dependents are, and comes last in the list", () => {
  const done = setConditions(set, [], [update("A", "True"), update("B", "True")], stamp);
  assert.deepEqual(done.map((c) => [c.type, c.status]), [
    ["A", "True"],
    ["B", "True"],
    ["Ready", "True"],
  ]);
  assert.equal(done.at(-1)?.reason, "Ready");
});

Deno.test("a False dependent wins over an Unknown one and is copied to the root", () => {
  const done = setConditions(set, [], [
    update("A", "Unknown"),
    update("B", "False", "Broken", "why"),
  ], stamp);
  assert.deepEqual(
    { ...findCondition(done, "Ready"), lastTransitionTime: undefined },
    {
      type: "Ready",
      status: "False",
      reason: "Broken",
      message: "why",
      observedGeneration: 2,
      lastTransitionTime: undefined,
    },
  );
});

Deno.test("the dependent that became False most recently is copied to the root", () => {
  const first = setConditions(set, [], [update("A", "False", "First")], stamp);
  const later = setConditions(set, first, [update("B", "False", "Second")], {
    ...stamp,
    now: "2026-01-03T00:00:00Z",
  });
  assert.equal(findCondition(later, "Ready")?.reason, "Second");
});

Deno.test("lastTransitionTime changes only with the status", () => {
  const first = setConditions(set, [], [update("A", "True", "One")], stamp);
  const later = { ...stamp, generation: 3, now: "2026-01-05T00:00:00Z" };
  const same = findCondition(setConditions(set, first, [update("A", "True", "Two")], later), "A");
  assert.equal(same?.lastTransitionTime, stamp.now);
  assert.equal(same?.observedGeneration, 3);
  assert.equal(same?.reason, "Two");
  const changed = findCondition(setConditions(set, first, [update("A", "False")], later), "A");
  assert.equal(changed?.lastTransitionTime, later.now);
});

Deno.test("a dependent that is True for an older generation keeps the root's status unchanged", () => {
  const first = setConditions(set, [], [update("A", "True"), update("B", "False", "No")], stamp);
  const newer = setConditions(set, first, [update("B", "True")], { ...stamp, generation: 3 });
  assert.equal(findCondition(newer, "Ready")?.status, "False");
  const all = setConditions(set, newer, [update("A", "True")], { ...stamp, generation: 3 });
  assert.equal(findCondition(all, "Ready")?.status, "True");
});

Deno.test("conditions of retired types are removed, those of unknown types stay", () => {
  const before: Condition[] = [{ type: "Old", status: "True" }, { type: "Mine", status: "True" }];
  const types = setConditions(set, before, [], stamp).map((c) => c.type);
  assert.ok(!types.includes("Old"));
  assert.ok(types.includes("Mine"));
});

Deno.test("conditionsOf reads the conditions of a status and skips entries without a type", () => {
  const of = (status: unknown) =>
    conditionsOf({ apiVersion: "v1", kind: "Pod", metadata: {}, status });
  const ready = { type: "Ready", status: "True" };
  assert.deepEqual(of({ conditions: [ready, null, "x", { status: "True" }, { type: 1 }] }), [
    ready,
  ]);
  for (const none of [undefined, null, "x", {}, { conditions: {} }]) assert.deepEqual(of(none), []);
});
