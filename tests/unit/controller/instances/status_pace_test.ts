/** Tests of the pace of an instance's status writes, which depends on the kind of change. */
import assert from "node:assert/strict";
import { StatusPace } from "../../../../src/controller/instances/status_pace.ts";
import type { StatusChange } from "../../../../src/reconcile/mod.ts";

const FIELDS: StatusChange = "fields";
const STATE: StatusChange = "state or condition";
const MESSAGES: StatusChange = "condition messages";

/**
 * The time of a reconciliation, the change that it finds, and the expected delay of the status
 * write. Times are in milliseconds; a delay of 0 means an immediate write.
 */
type Step = [at: number, change: StatusChange | undefined, delay: number];

const cases: Record<string, Step[]> = {
  "state and conditions are written at once, however often they change": [
    [0, STATE, 0],
    [1, STATE, 0],
    [2, STATE, 0],
  ],
  "fields that change in quick succession are written together": [
    [0, STATE, 0],
    [20, FIELDS, 250],
    [120, FIELDS, 150],
    [270, FIELDS, 0],
    [300, undefined, 0],
  ],
  "the delay of fields that keep changing doubles up to 2 s, and is reset after a quiet period": [
    [0, STATE, 0],
    [0, FIELDS, 250],
    [250, FIELDS, 0],
    [250, FIELDS, 500],
    [750, FIELDS, 0],
    [750, FIELDS, 1000],
    [1750, FIELDS, 0],
    [1750, FIELDS, 2000],
    [3750, FIELDS, 0],
    [3750, FIELDS, 2000],
    [5750, FIELDS, 0],
    [16_000, FIELDS, 250],
  ],
  "a write of the state includes postponed fields": [
    [0, FIELDS, 250],
    [100, STATE, 0],
    [200, FIELDS, 250],
  ],
  "fields that return to their written value need no write and reset the delay": [
    [0, FIELDS, 250],
    [100, undefined, 0],
    [300, FIELDS, 250],
  ],
  "condition messages alone are written at least ten seconds after the last write": [
    [0, MESSAGES, 0],
    [100, MESSAGES, 9900],
    [9_999.5, MESSAGES, 1],
    [10_000, MESSAGES, 0],
    [30_000, MESSAGES, 0],
  ],
  "postponed fields do not delay condition messages": [
    [0, STATE, 0],
    [9_900, FIELDS, 250],
    [10_000, MESSAGES, 0],
  ],
};

for (const [rule, steps] of Object.entries(cases)) {
  Deno.test(`status pace: ${rule}`, () => {
    let now = 0;
    const pace = new StatusPace(() => now);
    const delays = steps.map(([at, change]) => {
      now = at;
      const delay = pace.delayMs(change);
      assert.equal(pace.delayMs(change), delay, "delayMs has no side effects");
      if (delay > 0) pace.postponed(change);
      else pace.writing(change);
      return delay;
    });
    assert.deepEqual(delays, steps.map(([, , delay]) => delay));
  });
}
