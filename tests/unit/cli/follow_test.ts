/** Tests of followReady, with which a command waits for objects that a running operator reconciles. */
import assert from "node:assert/strict";
import {
  type ConditionUpdate,
  type KubeObject,
  RGD_CONDITIONS,
  setConditions,
} from "../../../src/api/mod.ts";
import { followReady } from "../../../src/cli/follow.ts";
import { type Report, rgdRef } from "../../../src/cli/report.ts";
import type { Session } from "../../../src/cli/session.ts";
import type { Known } from "../../../src/publish/decide.ts";
import {
  ANNOTATION,
  built,
  decided,
  deletion,
  first,
  graphs,
  live,
  ofAnotherRgd,
  serving,
} from "../publish/decisions.ts";
import { liveCrd, rgd, SPECS } from "../publish/fixtures.ts";

/**
 * Returns the conditions that kro writes for an RGD with a breaking change. `facts` overrides what kro knows
 * about the RGD, such as the state of its CRD.
 */
function conditionsFor(facts: Partial<Known>): ConditionUpdate[] {
  const known = {
    rgd: rgd(SPECS.breaking, { generation: 2 }),
    build: built(graphs.breaking),
    revisions: [first],
    ...facts,
  };
  const expected = { writes: [], conditions: [], keepsCrd: false };
  const lastGood = { served: serving, sources: [] } as unknown as never;
  return decided({ name: "", known, lastGood, candidates: [1], expected }).status.conditions;
}

/**
 * Calls followReady for the RGD with a timeout that has already expired. Returns the reported progress, which
 * contains `timed out` if the command would have waited longer.
 */
async function lineFor(object: KubeObject): Promise<string> {
  const lines: string[] = [];
  const report: Partial<Report> = {
    progress: (_, state, reason) => void lines.push(`${state}: ${reason}`),
    ended: (_, __, ___, failed) => void lines.push(`failed ${failed}`),
  };
  const session = { client: { get: () => Promise.resolve(object) } } as unknown as Session;
  await followReady(session, [rgdRef(object)], report as Report, -1);
  return lines.join("\n");
}

function withConditions(updates: ConditionUpdate[], generation = 2, annotations = {}): KubeObject {
  const stamp = { generation, now: "2026-01-01T00:00:00Z", created: "2026-01-01T00:00:00Z" };
  const conditions = setConditions(RGD_CONDITIONS, [], updates, stamp);
  const object = rgd(SPECS.breaking, { generation: 2, annotations });
  return { ...object, status: { state: "Inactive", conditions } } as unknown as KubeObject;
}

const shadow = { group: "", version: "v1", kind: "Cart", plural: "carts", namespaced: true };
const unowned = liveCrd(SPECS.first, graphs.first, { labels: { "kro.run/owned": "false" } });
const leaving = liveCrd(SPECS.first, graphs.first, deletion);

const LASTING: Record<string, Partial<Known>> = {
  "a breaking change": { kind: { live } },
  "a CRD of another RGD": { kind: { live: ofAnotherRgd(), ownerExists: true } },
  "a CRD of an RGD that was deleted": { kind: { live: ofAnotherRgd(), ownerExists: false } },
  "a CRD that kro did not generate": { kind: { live: unowned } },
  "a kind of the API server itself": { kind: { shadow } },
};

for (const [name, facts] of Object.entries(LASTING)) {
  Deno.test(`${name} ends the wait for the RGD immediately, with the message of its condition`, async () => {
    const updates = conditionsFor(facts);
    const { message } = updates.find(({ type }) => type === "KindReady")!;
    assert.equal(await lineFor(withConditions(updates)), `Inactive: ${message}\nfailed true`);
  });
}

const PASSING: Record<string, Partial<Known>> = {
  "a CRD that is being deleted": { kind: { live: leaving } },
  "a failed lookup": { kind: { failure: "HTTP 500" } },
  "a refused write of the CRD": { kind: {}, refused: { kind: "admission webhook denied it" } },
};

for (const [name, facts] of Object.entries(PASSING)) {
  Deno.test(`${name} does not end the wait for the RGD`, async () => {
    assert.match(await lineFor(withConditions(conditionsFor(facts))), /timed out; /);
  });
}

Deno.test("a refusal of breaking changes that the annotation allows does not end the wait", async () => {
  const updates = conditionsFor(LASTING["a breaking change"]!);
  assert.match(await lineFor(withConditions(updates, 2, { [ANNOTATION]: "true" })), /timed out; /);
});

Deno.test("a refusal of an earlier generation does not end the wait", async () => {
  const updates = conditionsFor(LASTING["a breaking change"]!);
  assert.match(await lineFor(withConditions(updates, 1)), /timed out; /);
});
