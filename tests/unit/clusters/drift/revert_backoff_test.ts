/**
 * Tests of the backoff that delays kro's repairs of an object after another field manager has repeatedly
 * reverted the object: when the backoff starts, how long it delays a repair, and when it ends.
 */
import assert from "node:assert/strict";
import { RevertBackoff } from "../../../../src/clusters/drift/revert_backoff.ts";

const change = { field: "data.value", manager: "other" };

/**
 * Returns a backoff with a manual clock. `round` repairs the object "a" once: it advances the clock until the
 * backoff permits the repair. If the backoff wants to know which field another manager changed, `round`
 * reports `field`.
 */
function setup() {
  let now = 0;
  const reverts = new RevertBackoff(() => now);
  const round = (field = change.field) => {
    const { waitMs, inspect } = reverts.advise("a");
    now += waitMs;
    reverts.repaired("a", inspect ? { ...change, field } : undefined);
    return { waitMs, inspect };
  };
  return { reverts, round, pass: (ms: number) => void (now += ms) };
}

Deno.test("five repairs of one field within a minute start a backoff; the first two do not inspect the object", () => {
  const { reverts, round, pass } = setup();
  const inspected: boolean[] = [];
  for (let i = 0; i < 5; i++) {
    assert.equal(reverts.reverted("a", true), undefined, `round ${i}`);
    inspected.push(round().inspect);
    pass(1000);
  }
  assert.deepEqual(inspected, [false, false, true, true, true]);
  const { field, manager } = reverts.reverted("a", false)!;
  assert.deepEqual({ field, manager }, change);
});

Deno.test("during a backoff the wait before each repair doubles, up to five minutes", () => {
  const { round, reverts } = setup();
  for (let i = 0; i < 5; i++) round();
  const waits = Array.from({ length: 9 }, () => round().waitMs);
  assert.deepEqual(waits, [5, 10, 20, 40, 80, 160, 300, 300, 300].map((s) => s * 1000));
  assert.equal(reverts.reverted("a", false)!.dueMs, 300_000);
});

Deno.test("a backoff ends once the object held for a minute, and is due to be checked then", () => {
  const { reverts, round, pass } = setup();
  for (let i = 0; i < 5; i++) round();
  pass(10_000);
  assert.equal(reverts.reverted("a", true)!.dueMs, 50_000);
  pass(50_000);
  assert.equal(reverts.reverted("a", true), undefined);
  assert.deepEqual(reverts.advise("a"), { waitMs: 0, inspect: false }, "the backoff is forgotten");
});

Deno.test("slow changes, and changes of different fields, do not start a backoff", () => {
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

Deno.test("objects have independent backoffs", () => {
  const { reverts, round } = setup();
  for (let i = 0; i < 5; i++) round();
  assert.deepEqual(reverts.advise("b"), { waitMs: 0, inspect: false });
  assert.equal(reverts.reverted("b", true), undefined);
});
