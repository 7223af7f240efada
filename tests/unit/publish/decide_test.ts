/** Tests of publishing an RGD whose spec is valid: the order of the writes, and the status. */
import assert from "node:assert/strict";
import {
  ACTIVE,
  ANNOTATION,
  built,
  type Case,
  decided,
  deletion,
  first,
  graphs,
  live,
  READY,
  RESOLVED,
  STOPPED,
  testCases,
  VALID,
} from "./decisions.ts";
import { decide, type Known } from "../../../src/publish/decide.ts";
import { liveCrd, NOW, revision, rgd, SPECS, VERSION } from "./fixtures.ts";

const cases: Case[] = [
  {
    name: "a new RGD",
    known: {
      rgd: rgd(SPECS.first, { finalizers: [] }),
      build: built(graphs.first),
      kind: {},
    },
    expected: {
      writes: [
        "addFinalizer",
        "createRevision cart-r00001",
        "verifyRevision cart-r00001",
        "createCrd",
        "awaitCrd",
        "serve 1",
      ],
      conditions: ACTIVE,
      serves: 1,
      issued: "no_revision",
      keepsCrd: true,
    },
  },
  {
    name: "nothing changed",
    known: {
      rgd: rgd(SPECS.first),
      build: built(graphs.first),
      revisions: [first],
      kind: { live },
    },
    expected: { writes: ["serve 1"], conditions: ACTIVE, serves: 1, keepsCrd: true },
  },
  {
    name: "a changed spec",
    known: {
      rgd: rgd(SPECS.compatible, { generation: 2 }),
      build: built(graphs.compatible),
      revisions: [first],
      kind: { live },
    },
    expected: {
      writes: [
        "createRevision cart-r00002",
        "verifyRevision cart-r00002",
        "patchCrd",
        "awaitCrd",
        "serve 2",
      ],
      conditions: ACTIVE,
      serves: 2,
      issued: "spec_changed",
      keepsCrd: true,
    },
  },
  {
    name: "a revision number is never used twice",
    known: {
      rgd: rgd(SPECS.first, {}, { lastIssuedRevision: 7 }),
      build: built(graphs.first),
      kind: { live },
    },
    expected: {
      writes: ["createRevision cart-r00008", "verifyRevision cart-r00008", "serve 8"],
      conditions: ACTIVE,
      serves: 8,
      issued: "no_revision",
      keepsCrd: true,
    },
  },
  {
    name: "a CRD that is not established yet",
    known: {
      rgd: rgd(SPECS.first),
      build: built(graphs.first),
      revisions: [first],
      kind: { live: liveCrd(SPECS.first, graphs.first, {}, []) },
    },
    expected: { writes: ["awaitCrd", "serve 1"], conditions: ACTIVE, serves: 1, keepsCrd: true },
  },
  {
    name: "a revision of a deleted RGD of the same name, and a revision that is being deleted",
    known: {
      rgd: rgd(SPECS.first),
      build: built(graphs.first),
      revisions: [
        revision(SPECS.compatible, graphs.compatible, 3, deletion),
        revision(SPECS.first, graphs.first, 2, { ownerReferences: [] }),
        first,
      ],
      kind: { live },
    },
    expected: {
      writes: ["releaseRevision cart-r00003", "adoptRevision cart-r00002", "serve 2"],
      conditions: ACTIVE,
      serves: 2,
      keepsCrd: true,
    },
  },
  {
    name: "more revisions than the limit: the oldest are deleted",
    known: {
      rgd: rgd(SPECS.compatible),
      build: built(graphs.compatible),
      revisions: [
        revision(SPECS.first, graphs.first, 4),
        revision(SPECS.breaking, graphs.breaking, 3),
        revision(SPECS.first, graphs.first, 2, { finalizers: [] }),
      ],
      kind: { live: liveCrd(SPECS.compatible, graphs.compatible) },
    },
    maxRevisions: 2,
    expected: {
      writes: [
        "createRevision cart-r00005",
        "verifyRevision cart-r00005",
        "serve 5",
        "releaseRevision cart-r00003",
        "deleteRevision cart-r00003",
        "deleteRevision cart-r00002",
      ],
      conditions: ACTIVE,
      serves: 5,
      issued: "spec_changed",
      keepsCrd: true,
    },
  },
  {
    name: "a limit of 0 keeps all revisions",
    known: {
      rgd: rgd(SPECS.first),
      build: built(graphs.first),
      revisions: [revision(SPECS.first, graphs.first, 2), first],
      kind: { live },
    },
    maxRevisions: 0,
    expected: { writes: ["serve 2"], conditions: ACTIVE, serves: 2, keepsCrd: true },
  },
  {
    name: "a breaking change that the RGD's annotation allows",
    known: {
      rgd: rgd(SPECS.breaking, { annotations: { [ANNOTATION]: "true" } }),
      build: built(graphs.breaking),
      revisions: [first],
      kind: { live },
    },
    expected: {
      writes: [
        "createRevision cart-r00002",
        "verifyRevision cart-r00002",
        "patchCrd",
        "awaitCrd",
        "serve 2",
      ],
      conditions: ACTIVE,
      serves: 2,
      issued: "spec_changed",
      keepsCrd: true,
    },
  },
  {
    name: "the controller does not start: old revisions are deleted nevertheless",
    known: {
      rgd: rgd(SPECS.first),
      build: built(graphs.first),
      revisions: [revision(SPECS.first, graphs.first, 2), first],
      kind: { live },
      refused: { controller: "caches are not synced in time" },
    },
    maxRevisions: 1,
    expected: {
      writes: ["releaseRevision cart-r00001", "deleteRevision cart-r00001"],
      conditions: [RESOLVED, VALID, READY, STOPPED],
      serves: 2,
      error: /^caches are not synced in time$/,
      keepsCrd: true,
    },
  },
];

testCases(cases);

Deno.test("a patch of the CRD has the changes as its reason and the resourceVersion as its precondition", () => {
  const changed = cases.find(({ name }) => name === "a changed spec")!;
  const patch = decided(changed).writes.find(({ type }) => type === "patchCrd")!;
  assert.ok(patch.type === "patchCrd");
  assert.match(patch.reason, /size/);
  assert.equal(patch.resourceVersion, "50");
  assert.deepEqual(Object.keys(patch.patch), ["metadata", "spec"]);
});

Deno.test("decide: ControllerReady contains the warning; an unknown warning keeps the earlier one", () => {
  const WARNING = "kro lacks permissions";
  const old = (message: string, status: "True" | "False" = "True") => ({
    conditions: [{ type: "ControllerReady", status, reason: "Running", message }],
  });
  const message = (status: ReturnType<typeof old> | undefined, warning?: string) => {
    const known: Known = {
      rgd: { ...rgd(SPECS.first), ...(status ? { status } : {}) },
      build: built(graphs.first),
      revisions: [first],
      kind: { live },
      refused: {},
    };
    const decision = decide(known, { version: VERSION, maxRevisions: 5, now: NOW, warning });
    assert.ok(decision.kind === "publication");
    return decision.status.conditions.find(({ type }) => type === "ControllerReady")?.message;
  };
  const running = "controller is running";
  const warned = `${running}; ${WARNING}`;
  assert.equal(message(undefined), running);
  assert.equal(message(undefined, WARNING), warned);
  assert.equal(message(old(warned)), warned);
  assert.equal(message(old(warned), ""), running);
  assert.equal(message(old(running), WARNING), warned);
  assert.equal(message(old("failed", "False")), running);
});
