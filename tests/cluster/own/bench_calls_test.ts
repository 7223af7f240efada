// Runs cases of the benchmark with few instances, and checks kro's numbers of API calls. Unlike durations,
// the numbers of calls must be the same on every machine.
import assert from "node:assert/strict";
import { create } from "../../bench/cases/create.ts";
import { remove } from "../../bench/cases/delete.ts";
import { drift } from "../../bench/cases/drift.ts";
import { quiet } from "../../bench/cases/quiet.ts";
import { restart } from "../../bench/cases/restart.ts";
import { update } from "../../bench/cases/update.ts";
import type { Case } from "../../bench/kit/case.ts";
import { install } from "../../bench/kit/controller.ts";
import { NAMESPACE } from "../../bench/kit/graphs.ts";
import { Harness } from "../../bench/kit/harness.ts";
import { sweep } from "../../bench/kit/sweep.ts";
import { administrator } from "../../bench/kit/user.ts";
import { sharedControlPlane } from "../../support/controlplane/shared.ts";

const sizes = { n: 3, many: 3, drifts: 3, quiet: 2, graphs: 1, memory: [1] };

/**
 * The benchmark cases in the order in which they run, with the expected numbers of calls. List
 * requests of a deletion are not counted, because concurrent deletions share these requests and
 * their number varies.
 */
const EXPECTED: readonly [Case, Record<string, number>][] = [
  [create, { "1: calls an instance": 7, "3: calls an instance": 7, "3: writes an instance": 7 }],
  [quiet, { "calls in 2 s": 0, "writes in 2 s": 0 }],
  [drift, { "calls a drift": 1 }],
  [update, { "calls an instance": 5 }],
  [restart, { "writes besides the repair": 0 }],
  [remove, { "calls an instance, lists apart": 7, "orphans": 0 }],
];

Deno.test("the benchmark's cases make the expected number of calls", async (t) => {
  const controlPlane = await sharedControlPlane();
  const client = await administrator(controlPlane);
  try {
    await using harness = await Harness.start(await install("ours"), controlPlane, client, sizes);
    for (const [each, expected] of EXPECTED) {
      await t.step(each.name, async () => {
        const figures = await each.run(harness);
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
