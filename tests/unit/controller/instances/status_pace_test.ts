/** How often the status of one instance is written, by what changed. */
import assert from "node:assert/strict";
import { StatusPace } from "../../../../src/controller/instances/status_pace.ts";
import type { StatusChange } from "../../../../src/reconcile/mod.ts";

const FIELDS: StatusChange = "fields";
const STATE: StatusChange = "state or condition";
const MESSAGES: StatusChange = "condition messages";

/** A pass at this time that finds this change, and the delay of its write; 0: it is written. */
type Step = [at: number, change: StatusChange | undefined, delay: number];

const cases: Record<string, Step[]> = {
  "a state is written at once, however often it changes": [
    [0, STATE, 0],
    [1, STATE, 0],
    [2, STATE, 0],
  ],
  "fields that change in quick succession are written once": [
    [0, STATE, 0],
    [20, FIELDS, 250],
    [120, FIELDS, 150],
    [270, FIELDS, 0],
    [300, undefined, 0],
  ],
  "fields that go on to change are written less and less often, until all was quiet": [
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
  "a state takes the fields along that waited": [
    [0, FIELDS, 250],
    [100, STATE, 0],
    [200, FIELDS, 250],
  ],
  "fields that became again what they were need no write, and leave no haste behind": [
    [0, FIELDS, 250],
    [100, undefined, 0],
    [300, FIELDS, 250],
  ],
  "a text alone is written ten seconds after the last write, or at once when that is long ago": [
    [0, MESSAGES, 0],
    [100, MESSAGES, 9900],
    [9_999.5, MESSAGES, 1],
    [10_000, MESSAGES, 0],
    [30_000, MESSAGES, 0],
  ],
  "a text waits no longer because fields do": [
    [0, STATE, 0],
    [9_900, FIELDS, 250],
    [10_000, MESSAGES, 0],
  ],
};

for (const [rule, steps] of Object.entries(cases)) {
  Deno.test(`status pace: ${rule}`, () => {
    let now = 0;
    const pace = new StatusPace(() => now);
    const answers = steps.map(([at, change]) => {
      now = at;
      const delay = pace.delayMs(change);
      assert.equal(pace.delayMs(change), delay, "asking changes nothing");
      if (delay > 0) pace.postponed(change);
      else pace.writing(change);
      return delay;
    });
    assert.deepEqual(answers, steps.map(([, , answer]) => answer));
  });
}
