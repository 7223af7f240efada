/** Tests of the search for the revision by which kro reconciled the instances before a restart. */
import assert from "node:assert/strict";
import { type KubeObject, type ObjectRef, RGD_KIND } from "../../../src/api/mod.ts";
import type { KubeClient } from "../../../src/kube/mod.ts";
import { snapshotSource } from "../../../src/openapi/mod.ts";
import { findLastGood, gather } from "../../../src/publish/gather.ts";
import { first, graphs } from "./decisions.ts";
import { liveCrd, NOW, revision, rgd, SPECS, VERSION } from "./fixtures.ts";

const second = revision(SPECS.compatible, graphs.compatible, 2);
const third = revision(SPECS.breaking, graphs.breaking, 3);

/** A copy of the second revision that uses a kind which the cluster does not serve. */
const withMissingKind = structuredClone(second);
withMissingKind.spec.revision = 4;
withMissingKind.spec.snapshot.spec.resources!.push({
  id: "widget",
  template: { apiVersion: "example.com/v1", kind: "Widget", metadata: { name: "w" } },
});

/** A copy of the second revision that the present schema of ConfigMap does not fit. */
const withUnknownField = structuredClone(second);
withUnknownField.spec.revision = 4;
withUnknownField.spec.snapshot.spec.resources!.push({
  id: "map",
  template: { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "m" }, removed: "x" },
});

/** The CRD of the second revision after another client has changed it. */
const edited = liveCrd(SPECS.compatible, graphs.compatible);
const { names, ...rest } = edited.spec as { names: object };
const editedCrd: KubeObject = {
  ...edited,
  spec: { ...rest, names: { ...names, categories: ["a"] } },
};

const cases = [
  [
    "the CRD fits the newest revision",
    [second, first],
    liveCrd(SPECS.compatible, graphs.compatible),
    2,
  ],
  [
    "the CRD was never updated to the newest revision",
    [second, first],
    liveCrd(SPECS.first, graphs.first),
    1,
  ],
  ["another client has changed the CRD", [second, first], editedCrd, 2],
  ["the newest revision breaks the CRD", [third, first], liveCrd(SPECS.first, graphs.first), 1],
  ["a kind of the newest revision is missing", [withMissingKind, second], editedCrd, undefined],
  ["a kind of an older revision is missing", [second, withMissingKind, first], editedCrd, 2],
  ["the newest revision no longer compiles", [withUnknownField, second], editedCrd, undefined],
  ["an older revision no longer compiles", [second, withUnknownField, first], editedCrd, 2],
  ["no CRD exists", [second, first], undefined, 2],
] as const;

for (const [name, revisions, crd, expected] of cases) {
  Deno.test(`findLastGood: ${name}`, async () => {
    const client = { get: () => Promise.resolve(crd) } as unknown as KubeClient;
    const deps = { client, schemas: snapshotSource(), version: VERSION, now: () => NOW };
    const { served } = await findLastGood(rgd(SPECS.compatible), { revisions }, deps);
    assert.equal(served?.revision, expected);
  });
}

Deno.test("an RGD that is older than its newest revision is not published", async () => {
  const newest = structuredClone(second);
  newest.spec.snapshot.generation = 2;
  let generation = 2;
  const client = {
    get: ({ kind }: ObjectRef) =>
      Promise.resolve(
        kind.kind === RGD_KIND.kind ? rgd(SPECS.compatible, { generation }) : undefined,
      ),
    list: () => Promise.resolve({ items: [newest, first] }),
  } as unknown as KubeClient;
  const deps = { client, schemas: snapshotSource(), version: VERSION, now: () => NOW };
  await assert.rejects(gather(rgd(SPECS.first), deps), { reason: "Conflict" });
  const facts = await gather(rgd(SPECS.first, { generation: 2 }), deps);
  assert.equal(facts.revisions.length, 2);
  // Another client may have written the generation of a revision.
  generation = 1;
  assert.equal((await gather(rgd(SPECS.first), deps)).revisions.length, 2);
  // An RGD that was deleted and created again starts with generation 1.
  assert.equal((await gather(rgd(SPECS.first, { uid: "other" }), deps)).revisions.length, 2);
});
