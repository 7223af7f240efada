// The benchmark's own cases at small size, from the bundle: exactly so many calls, whatever the machine.
import assert from "node:assert/strict";
import { create } from "../../bench/cases/create.ts";
import { remove } from "../../bench/cases/delete.ts";
import { drift } from "../../bench/cases/drift.ts";
import { quiet } from "../../bench/cases/quiet.ts";
import { restart } from "../../bench/cases/restart.ts";
import { update } from "../../bench/cases/update.ts";
import { NAMESPACE } from "../../bench/instances/five.ts";
import { administrator } from "../../bench/instances/setup.ts";
import { Bed, type Case } from "../../bench/kit/bed.ts";
import { sideOf } from "../../bench/kit/sides.ts";
import { sweep } from "../../bench/kit/sweep.ts";
import { sharedControlPlane } from "../../support/controlplane/testing.ts";

const sizes = { n: 3, many: 3, drifts: 3, quiet: 2, graphs: 1, memory: [1] };

/** In the order of a life. Two calls and one an object; besides, passes that delete share lists. */
const EXPECTED: readonly [Case, Record<string, number>][] = [
  [create, { "1: calls an instance": 7, "3: calls an instance": 7, "3: writes an instance": 7 }],
  [quiet, { "calls in 2 s": 0, "writes in 2 s": 0 }],
  [drift, { "calls a drift": 1 }],
  [update, { "calls an instance": 5 }],
  [restart, { "writes besides the repair": 0 }],
  [remove, { "calls an instance, lists apart": 7, "orphans": 0 }],
];

Deno.test("calls of the benchmark's cases", async (t) => {
  const controlPlane = await sharedControlPlane();
  const client = await administrator(controlPlane);
  try {
    await using bed = await Bed.start(await sideOf("ours"), controlPlane, client, sizes);
    for (const [each, expected] of EXPECTED) {
      await t.step(each.name, async () => {
        const figures = await each.run(bed);
        const found = figures.filter(({ measure }) => measure in expected);
        assert.deepEqual(
          Object.fromEntries(found.map(({ measure, value }) => [measure, value])),
          expected,
        );
      });
    }
  } finally {
    await sweep(client);
    await controlPlane.kubectl(["delete", "namespace", NAMESPACE, "--wait=false"]);
    client.close();
  }
});
