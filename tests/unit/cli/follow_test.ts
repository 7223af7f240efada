/** Tests of followReady, with which a command waits for objects that a running operator reconciles. */
import assert from "node:assert/strict";
import {
  type ConditionUpdate,
  INSTANCE_CONDITIONS,
  type JsonObject,
  type KubeObject,
  RGD_CONDITIONS,
  setConditions,
} from "../../../src/api/mod.ts";
import { followGone, followReady } from "../../../src/cli/follow.ts";
import { type Report, rgdRef } from "../../../src/cli/report.ts";
import type { Session } from "../../../src/cli/session.ts";
import type { Known } from "../../../src/publish/decide.ts";
import {
  fieldsFailed,
  MANAGED,
  notResolved,
  RESOLVED,
  statusRefused,
  verdict,
} from "../../../src/reconcile/conditions.ts";
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

const UNUSABLE = notResolved('node "cm": unknown identifier "x" [REF]');
const FAILED = fieldsFailed(['count: eval "int(cm.data.v)": no such overload']);
const READY = verdict([]).resources;
const NOT_READY: ConditionUpdate = {
  ...READY,
  status: "False",
  reason: "NotReady",
  message: 'waiting for node "cm"',
};

/**
 * Returns an instance of generation 2. kro wrote its conditions when the instance had the given generation.
 */
function instanceWith(updates: ConditionUpdate[], generation = 2): KubeObject {
  const stamp = { generation, now: "2026-01-01T00:00:00Z", created: "2026-01-01T00:00:00Z" };
  const conditions = setConditions(INSTANCE_CONDITIONS, [], [MANAGED, ...updates], stamp);
  const metadata = { name: "one", namespace: "ns", generation: 2 };
  const status = { state: "ERROR", conditions } as unknown as JsonObject;
  return { apiVersion: "kro.run/v1alpha1", kind: "Cart", metadata, status };
}

/**
 * Calls followReady for an instance, and returns the reported progress. Each read of the instance returns the
 * next of these objects.
 */
async function linesFor(
  objects: KubeObject[],
  { timeoutMs = -1, unresolvedMs = 0 } = {},
): Promise<string[]> {
  const lines: string[] = [];
  const report: Partial<Report> = {
    progress: (_, state, reason) => void lines.push(`${state}: ${reason}`),
    ended: (_, __, ___, failed) => void lines.push(`failed ${failed}`),
  };
  const get = () => Promise.resolve(objects.length > 1 ? objects.shift() : objects[0]);
  const session = { client: { get } } as unknown as Session;
  const ref = { kind: { ...shadow, group: "kro.run" }, namespace: "ns", name: "one" };
  await followReady(session, [ref], report as Report, timeoutMs, unresolvedMs);
  return lines;
}

const LASTING_FAILURES: Record<string, ConditionUpdate[]> = {
  "an RGD without a usable revision": [UNUSABLE],
  "an RGD that lost its usable revision after the objects were created": [UNUSABLE, NOT_READY],
  "a failed status expression": [FAILED, READY],
  "a refused status": [statusRefused("failed to write the status: HTTP 422"), READY],
};

for (const [name, updates] of Object.entries(LASTING_FAILURES)) {
  Deno.test(`${name} ends the wait for the instance with the message of the condition`, async () => {
    const lines = await linesFor([instanceWith(updates)]);
    assert.deepEqual(lines, [`ERROR: ${updates[0]!.message}`, "failed true"]);
  });
}

const PASSING_FAILURES: Record<string, KubeObject> = {
  "a failed status expression while an object is not ready": instanceWith([FAILED, NOT_READY]),
  "a condition of an earlier generation": instanceWith([UNUSABLE, READY], 1),
};

for (const [name, instance] of Object.entries(PASSING_FAILURES)) {
  Deno.test(`${name} does not end the wait for the instance`, async () => {
    assert.match((await linesFor([instance])).join("\n"), /timed out; /);
  });
}

Deno.test("an instance that the operator has not processed since its RGD was corrected is waited for", async () => {
  const objects = [instanceWith([UNUSABLE]), instanceWith([RESOLVED, READY])];
  const lines = await linesFor(objects, { timeoutMs: 60_000, unresolvedMs: 60_000 });
  assert.equal(lines.at(-1), "failed false");
});

for (const conditions of [{}, "Ready", [null], [{ status: "True" }]]) {
  Deno.test(`the conditions ${JSON.stringify(conditions)} do not end the wait for the instance`, async () => {
    const instance = { ...instanceWith([]), status: { conditions } };
    assert.match((await linesFor([instance])).join("\n"), /timed out; /);
  });
}

/**
 * Calls followGone for an instance. Each read of the instance returns the next of these objects, and the last one
 * again. Returns the reported progress.
 */
async function linesUntilGone(
  objects: (KubeObject | undefined)[],
  timeoutMs: number,
): Promise<string[]> {
  const lines: string[] = [];
  const report: Partial<Report> = {
    progress: (_, state, reason) => void lines.push(`${state}: ${reason}`),
    ended: (_, state, object, failed = false) =>
      void lines.push(`${state} ${object?.metadata.uid}, failed ${failed}`),
  };
  const get = () => Promise.resolve(objects.length > 1 ? objects.shift() : objects[0]);
  const session = { client: { get } } as unknown as Session;
  const ref = { kind: { ...shadow, group: "kro.run" }, namespace: "ns", name: "one" };
  await followGone(session, new Map([[ref, leavingInstance()]]), report as Report, timeoutMs);
  return lines;
}

/** Returns an instance that is being deleted. */
function leavingInstance(metadata: Partial<KubeObject["metadata"]> = {}): KubeObject {
  const instance = instanceWith([]);
  const deletionTimestamp = "2026-01-01T00:00:00Z";
  return {
    ...instance,
    metadata: { ...instance.metadata, uid: "u1", deletionTimestamp, ...metadata },
  };
}

Deno.test("an object that another client has created again does not prolong the wait for its deletion", async () => {
  const again = { uid: "u2", deletionTimestamp: undefined, finalizers: ["kro.run/finalizer"] };
  const lines = await linesUntilGone([leavingInstance(again)], -1);
  assert.deepEqual(lines, ["deleted u1, failed false"]);
});

Deno.test("the wait for a deletion names the finalizers, if the object has any", async () => {
  const held = leavingInstance({ finalizers: ["acme.io/hold", "kro.run/finalizer"] });
  assert.deepEqual(await linesUntilGone([held, undefined], 60_000), [
    "DELETING: finalizers acme.io/hold, kro.run/finalizer",
    "deleted u1, failed false",
  ]);
  assert.deepEqual(await linesUntilGone([leavingInstance()], -1), [
    "DELETING: timed out; no finalizers",
    "DELETING u1, failed true",
  ]);
});
