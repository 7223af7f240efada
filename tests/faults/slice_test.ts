/** Runs a fixed part of the fault scenarios, for CI. `deno task faults` runs all scenarios completely. */
import assert from "node:assert/strict";
import { sharedControlPlane } from "../support/controlplane/shared.ts";
import { scenarios } from "./scenarios/mod.ts";
import { Context } from "./scenarios/scenario.ts";
import { Environment } from "./environment.ts";

Deno.test("kro recovers from each fault of the fixed slice", async (t) => {
  await using env = await Environment.open(await sharedControlPlane());
  const context = new Context(env, { slice: true });
  for (const { name, run } of scenarios.filter(({ inSlice }) => inSlice)) {
    await t.step(name, async () => {
      context.begin();
      const { faults, runs } = await run(context);
      assert.deepEqual(faults, []);
      assert.ok(runs > 0);
    });
  }
  assert.deepEqual(await env.stopKro(), []);
  assert.deepEqual(env.uncleanLogs(), []);
});
