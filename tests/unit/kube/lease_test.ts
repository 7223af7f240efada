// Tests of the decision whether the holder of a Lease is still alive.
import assert from "node:assert/strict";
import type { JsonObject } from "../../../src/api/mod.ts";
import { leaseState, microTime } from "../../../src/kube/mod.ts";

const renewTime = "2026-01-01T00:00:00.500000Z";
const renewed = Date.parse(renewTime);
const held: JsonObject = { holderIdentity: "a", leaseDurationSeconds: 15, renewTime };

const cases: [string, JsonObject | undefined, number, { holder?: string; live: boolean }][] = [
  ["renewed just now", held, renewed, { holder: "a", live: true }],
  ["within its duration", held, renewed + 14_999, { holder: "a", live: true }],
  ["at the end of its duration", held, renewed + 15_000, { holder: "a", live: false }],
  ["released", { ...held, holderIdentity: "" }, renewed, { holder: undefined, live: false }],
  ["never renewed", { holderIdentity: "a", leaseDurationSeconds: 15 }, renewed, {
    holder: "a",
    live: false,
  }],
  ["without a duration", { holderIdentity: "a", renewTime }, renewed, { holder: "a", live: false }],
  ["empty", undefined, renewed, { holder: undefined, live: false }],
];

for (const [name, spec, now, expected] of cases) {
  Deno.test(`lease ${name}: ${expected.live ? "live" : "not live"}`, () => {
    const metadata = { namespace: "n", name: "l" };
    const lease = { apiVersion: "coordination.k8s.io/v1", kind: "Lease", metadata, spec };
    assert.deepEqual(leaseState(lease, now), { namespace: "n", name: "l", ...expected });
  });
}

Deno.test("microTime has six decimals, as the API server requires for a Lease", () => {
  assert.equal(microTime(renewed), renewTime);
});
