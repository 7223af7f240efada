/** What is drawn from a seed comes again, and is a graph that kro takes. */
import assert from "node:assert/strict";
import type { ResourceGraphDefinition } from "../../../src/api/mod.ts";
import { drawnSubject, randomOf } from "../../faults/random.ts";
import { rgdIn } from "../../faults/subjects.ts";
import { graphOf } from "../graph/fixtures.ts";

const drawn = (seed: number, changed: boolean) =>
  rgdIn("l1", drawnSubject("a", randomOf(seed)), changed) as unknown as ResourceGraphDefinition;

Deno.test("a seed draws the same graph again, another seed another", () => {
  assert.deepEqual(drawn(7, false), drawn(7, false));
  assert.notDeepEqual(drawn(7, false), drawn(8, false));
});

Deno.test("what is drawn compiles", async () => {
  for (let seed = 1; seed <= 40; seed++) {
    await graphOf(drawn(seed, false));
    await graphOf(drawn(seed, true));
  }
});
