/** When repairs of one object are a fight, how they slow down, and when it is over. */
import assert from "node:assert/strict";
import { RevertBackoff } from "../../../../src/clusters/drift/revert_backoff.ts";

const change = { field: "data.value", manager: "other" };

/** A clock, fights by it, and a round: the object drifts, is looked at if asked, and repaired when due. */
function setup() {
  let now = 0;
  const reverts = new RevertBackoff(() => now);
  const round = (field = change.field) => {
    const { waitMs, inspect } = reverts.advise("a");
    now += waitMs;
    reverts.repaired("a", inspect ? { ...change, field } : undefined);
    return { waitMs, look: inspect };
  };
  return { reverts, round, pass: (ms: number) => void (now += ms) };
}

Deno.test("five repairs of one field within a minute are a fight; the first two cost no look", () => {
  const { reverts, round, pass } = setup();
  const looks: boolean[] = [];
  for (let i = 0; i < 5; i++) {
    assert.equal(reverts.reverted("a", true), undefined, `round ${i}`);
    looks.push(round().look);
    pass(1000);
  }
  assert.deepEqual(looks, [false, false, true, true, true]);
  const { field, manager } = reverts.reverted("a", false)!;
  assert.deepEqual({ field, manager }, change);
});

Deno.test("during a fight the object is still repaired, each time after twice as long, five minutes at most", () => {
  const { round, reverts } = setup();
  for (let i = 0; i < 5; i++) round();
  const waits = Array.from({ length: 9 }, () => round().waitMs);
  assert.deepEqual(waits, [5, 10, 20, 40, 80, 160, 300, 300, 300].map((s) => s * 1000));
  assert.equal(reverts.reverted("a", false)!.dueMs, 300_000);
});

Deno.test("a fight is over once the object held for a minute, and a look is wanted then", () => {
  const { reverts, round, pass } = setup();
  for (let i = 0; i < 5; i++) round();
  pass(10_000);
  assert.equal(reverts.reverted("a", true)!.dueMs, 50_000);
  pass(50_000);
  assert.equal(reverts.reverted("a", true), undefined);
  assert.deepEqual(reverts.advise("a"), { waitMs: 0, inspect: false }, "nothing is remembered");
});

Deno.test("slow changes, and changes of different fields, are edits and no fight", () => {
  const slow = setup();
  for (let i = 0; i < 10; i++) {
    slow.round();
    slow.pass(20_000);
    assert.equal(slow.reverts.reverted("a", true), undefined);
  }
  const varied = setup();
  for (let i = 0; i < 10; i++) {
    varied.round(`data.k${i}`);
    assert.equal(varied.reverts.reverted("a", true), undefined);
  }
});

Deno.test("fights over different objects have nothing to do with each other", () => {
  const { reverts, round } = setup();
  for (let i = 0; i < 5; i++) round();
  assert.deepEqual(reverts.advise("b"), { waitMs: 0, inspect: false });
  assert.equal(reverts.reverted("b", true), undefined);
});
