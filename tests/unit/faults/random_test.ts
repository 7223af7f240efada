/**
 * Tests of the random graphs that fault tests use: they are valid, and the same seed generates the same
 * graphs.
 */
import assert from "node:assert/strict";
import type { ResourceGraphDefinition } from "../../../src/api/mod.ts";
import { drawnSubject, randomOf } from "../../faults/random.ts";
import { rgdIn } from "../../faults/subjects.ts";
import { graphOf } from "../graph/fixtures.ts";

const drawn = (seed: number, changed: boolean) =>
  rgdIn("l1", drawnSubject("a", randomOf(seed)), changed) as unknown as ResourceGraphDefinition;

Deno.test("a seed always generates the same graph, and different seeds generate different ones", () => {
  assert.deepEqual(drawn(7, false), drawn(7, false));
  assert.notDeepEqual(drawn(7, false), drawn(8, false));
});

Deno.test("randomly generated graphs compile", async () => {
  for (let seed = 1; seed <= 40; seed++) {
    await graphOf(drawn(seed, false));
    await graphOf(drawn(seed, true));
  }
});
