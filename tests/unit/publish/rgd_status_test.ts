/** Tests of the function that computes the status of an RGD. */
import assert from "node:assert/strict";
import type { ResourceGraphDefinition } from "../../../src/api/mod.ts";
import { nextStatus } from "../../../src/publish/rgd_status.ts";
import { rgd } from "../graph/fixtures.ts";

const NOW = new Date("2026-01-01T00:00:00Z");

Deno.test("an empty list is written only over a list, because upstream's status omits it", () => {
  const resources = [{ id: "map", dependencies: [] }];
  const cases = [
    { old: undefined, next: [], expected: undefined },
    { old: [], next: [], expected: [] },
    { old: resources, next: [], expected: [] },
    { old: undefined, next: resources, expected: resources },
    { old: resources, next: undefined, expected: resources },
  ];
  for (const { old, next, expected } of cases) {
    const found = { ...rgd({}, []), status: { resources: old } } as ResourceGraphDefinition;
    const status = nextStatus(found, { conditions: [], resources: next }, NOW);
    assert.deepEqual(status.resources, expected, JSON.stringify({ old, next }));
  }
});
