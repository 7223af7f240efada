/**
 * Tests of publishing an RGD whose spec is invalid: the writes, the status, and the graph of an earlier spec
 * that stays in use.
 */
import assert from "node:assert/strict";
import { problemsText } from "../../../src/publish/mod.ts";
import {
  bad,
  built,
  type Case,
  decided,
  deletion,
  first,
  graphs,
  INVALID,
  KIND_FAILED,
  live,
  ofAnotherRgd,
  RESOLVED,
  running,
  serving,
  STOPPED,
  suspension,
  testCases,
} from "./decisions.ts";
import { liveCrd, revision, rgd, SPECS } from "./fixtures.ts";

const cases: Case[] = [
  {
    name: "an invalid spec without a revision",
    known: { rgd: rgd(SPECS.breaking), build: bad, revisions: [first] },
    candidates: [1],
    lastGood: { served: serving, kind: { live } },
    expected: { writes: ["serve 1"], conditions: [INVALID, RESOLVED], serves: 1, keepsCrd: true },
  },
  {
    name: "an invalid spec that the newest revision holds",
    known: {
      rgd: rgd(SPECS.compatible),
      build: bad,
      revisions: [revision(SPECS.compatible, graphs.compatible, 2), first],
    },
    candidates: [],
    lastGood: { served: serving, kind: { live } },
    expected: {
      writes: ["verifyRevision cart-r00002", "serve 1"],
      conditions: [INVALID, "GraphRevisionsResolved=False/Failed"],
      serves: 1,
      keepsCrd: true,
    },
  },
  {
    name: "a kind of the newest revision is missing: no older revision is served",
    known: {
      rgd: rgd(SPECS.compatible),
      build: { ...bad, missing: [{ group: "example.com", version: "v1", kind: "Widget" }] },
      revisions: [revision(SPECS.compatible, graphs.compatible, 2), first],
    },
    candidates: [],
    lastGood: {},
    expected: {
      writes: ["verifyRevision cart-r00002"],
      conditions: [INVALID, "GraphRevisionsResolved=False/Failed"],
      keepsCrd: false,
    },
  },
  {
    name: "an invalid spec and no earlier good graph",
    known: { rgd: rgd(SPECS.first, { finalizers: [] }, running), build: bad },
    candidates: [],
    lastGood: {},
    expected: { writes: ["addFinalizer"], conditions: [INVALID, STOPPED], keepsCrd: false },
  },
  {
    name: "a suspended RGD and no earlier good graph",
    known: { rgd: rgd(SPECS.first, suspension, running), build: built(graphs.first) },
    candidates: [],
    lastGood: {},
    expected: {
      writes: [],
      conditions: ["ControllerReady=False/ReconciliationSuspended"],
      keepsCrd: false,
    },
  },
  {
    name:
      "a suspended RGD: its last served graph keeps serving, so that instances see the suspension",
    known: {
      rgd: rgd(SPECS.compatible, suspension),
      build: built(graphs.compatible),
      revisions: [first],
    },
    candidates: [1],
    lastGood: { served: serving },
    expected: {
      writes: ["serve 1"],
      conditions: ["ControllerReady=False/ReconciliationSuspended"],
      serves: 1,
      keepsCrd: false,
    },
  },
  {
    name: "a kind cannot be looked up: GraphAccepted is Unknown for a new generation",
    known: {
      rgd: rgd(SPECS.compatible, { generation: 2 }),
      build: built(undefined, { unavailable: "its API does not answer" }),
      revisions: [first],
    },
    candidates: [1],
    lastGood: { served: serving, kind: { live } },
    expected: {
      writes: ["serve 1"],
      conditions: ["GraphAccepted=Unknown/KindsUnavailable"],
      serves: 1,
      error: /its API does not answer/,
      keepsCrd: true,
    },
  },
  {
    name: "a kind cannot be looked up: GraphAccepted of the same generation stays",
    known: {
      rgd: rgd(SPECS.first, {}, {
        conditions: [{ type: "GraphAccepted", status: "True", observedGeneration: 1 }],
      }),
      build: built(undefined, { unavailable: "its API does not answer" }),
      revisions: [first],
    },
    candidates: [1],
    lastGood: { served: serving, kind: { live } },
    expected: {
      writes: ["serve 1"],
      conditions: [],
      serves: 1,
      error: /does not answer/,
      keepsCrd: true,
    },
  },
  {
    name: "a kind that another API serves already",
    known: {
      rgd: rgd(SPECS.first),
      build: built(graphs.first),
      kind: { shadow: { ...graphs.first.instance, plural: "carts" } },
    },
    candidates: [],
    lastGood: {},
    expected: {
      writes: ["createRevision cart-r00001", "verifyRevision cart-r00001"],
      conditions: KIND_FAILED,
      error:
        /^cannot create kind Cart: the API server itself serves carts of shop.example.com\/v1alpha1/,
      issued: "no_revision",
      keepsCrd: false,
    },
  },
  {
    name: "discovery fails, so a conflicting kind cannot be ruled out",
    known: {
      rgd: rgd(SPECS.first),
      build: built(graphs.first),
      revisions: [first],
      kind: { failure: "discovery does not answer" },
    },
    candidates: [],
    lastGood: {},
    expected: {
      writes: [],
      conditions: KIND_FAILED,
      error: /^discovery does not answer$/,
      keepsCrd: false,
    },
  },
  {
    name: "a CRD that kro did not generate",
    known: {
      rgd: rgd(SPECS.first),
      build: built(graphs.first),
      revisions: [first],
      kind: {
        live: liveCrd(SPECS.first, graphs.first, { labels: { "kro.run/owned": "false" } }),
      },
    },
    candidates: [],
    lastGood: {},
    expected: {
      writes: [],
      conditions: KIND_FAILED,
      error: /^failed to update CRD carts.shop.example.com: .* not owned by KRO$/,
      keepsCrd: false,
    },
  },
  ...[true, false].map((ownerExists): Case => ({
    name: `a CRD of another RGD that ${ownerExists ? "exists" : "is deleted"}`,
    known: {
      rgd: rgd(SPECS.first, {}, running),
      build: built(graphs.first),
      revisions: [first],
      kind: { live: ofAnotherRgd(), ownerExists },
    },
    candidates: [],
    lastGood: { served: serving, kind: { live: ofAnotherRgd(), ownerExists } },
    expected: {
      writes: [],
      conditions: [...KIND_FAILED, STOPPED],
      error: ownerExists
        ? /owned by another ResourceGraphDefinition other$/
        : /other, which does not exist\. To take over .* label it .*-name=cart$/,
      keepsCrd: false,
    },
  })),
  {
    name: "a breaking change",
    known: {
      rgd: rgd(SPECS.breaking),
      build: built(graphs.breaking),
      revisions: [first],
      kind: { live },
    },
    candidates: [1],
    lastGood: { served: serving, kind: { live } },
    expected: {
      writes: ["createRevision cart-r00002", "verifyRevision cart-r00002", "serve 1"],
      conditions: KIND_FAILED,
      serves: 1,
      error: /breaking changes detected: Type changed from string to integer .*=true$/,
      issued: "spec_changed",
      keepsCrd: true,
    },
  },
  {
    name: "a breaking change with a revision: only older revisions are candidates",
    known: {
      rgd: rgd(SPECS.breaking),
      build: built(graphs.breaking),
      revisions: [revision(SPECS.breaking, graphs.breaking, 2), first],
      kind: { live },
    },
    candidates: [1],
    lastGood: { served: serving, kind: { live } },
    expected: {
      writes: ["serve 1"],
      conditions: KIND_FAILED,
      serves: 1,
      error: /breaking changes detected/,
      keepsCrd: true,
    },
  },
  {
    name: "a CRD that is being deleted: its graph keeps serving, so that instances can be deleted",
    known: {
      rgd: rgd(SPECS.first),
      build: built(graphs.first),
      revisions: [first],
      kind: { live: liveCrd(SPECS.first, graphs.first, deletion) },
    },
    candidates: [],
    lastGood: { served: serving, kind: { live: liveCrd(SPECS.first, graphs.first, deletion) } },
    expected: {
      writes: ["serve 1"],
      conditions: KIND_FAILED,
      serves: 1,
      error: /is being deleted/,
      keepsCrd: false,
    },
  },
  {
    name: "the CRD of the last good graph is missing: it is created again",
    known: { rgd: rgd(SPECS.breaking), build: bad, revisions: [first] },
    candidates: [1],
    lastGood: { served: serving, kind: {} },
    expected: {
      writes: ["createCrd", "awaitCrd", "serve 1"],
      conditions: [INVALID, RESOLVED],
      serves: 1,
      keepsCrd: true,
    },
  },
  {
    name: "the API server refuses the revision: the last good graph serves",
    known: {
      rgd: rgd(SPECS.compatible, { finalizers: [] }),
      build: built(graphs.compatible),
      revisions: [first],
      kind: { live },
      refused: { revision: "admission says no" },
    },
    candidates: [1],
    lastGood: { served: serving, kind: { live } },
    expected: {
      writes: ["serve 1"],
      conditions: [INVALID],
      serves: 1,
      error: /^admission says no$/,
      keepsCrd: true,
    },
  },
  {
    name: "the API server refuses the CRD of the newest revision, which may already be in use",
    known: {
      rgd: rgd(SPECS.compatible),
      build: built(graphs.compatible),
      revisions: [revision(SPECS.compatible, graphs.compatible, 2), first],
      kind: { live },
      refused: { kind: "the webhook does not answer" },
    },
    candidates: [2, 1],
    lastGood: { served: { graph: graphs.compatible, revision: 2 }, kind: { live } },
    expected: {
      writes: ["serve 2"],
      conditions: KIND_FAILED,
      serves: 2,
      error: /^the webhook does not answer$/,
      keepsCrd: false,
    },
  },
  {
    name: "the API server refuses the CRD: the revision stays, and the last good graph serves",
    known: {
      rgd: rgd(SPECS.compatible, { finalizers: [] }),
      build: built(graphs.compatible),
      revisions: [first],
      kind: { live },
      refused: { kind: "the schema is not structural" },
    },
    candidates: [1],
    lastGood: { served: serving, kind: { live } },
    expected: {
      writes: ["serve 1"],
      conditions: KIND_FAILED,
      serves: 1,
      error: /^the schema is not structural$/,
      issued: "spec_changed",
      keepsCrd: true,
    },
  },
  {
    name: "the API server refuses the CRD of the last good graph: the live CRD keeps serving",
    known: {
      rgd: rgd(SPECS.breaking),
      build: bad,
      revisions: [first],
      refused: { fallback: "admission says no" },
    },
    candidates: [1],
    lastGood: { served: serving, kind: { live } },
    expected: { writes: ["serve 1"], conditions: [INVALID, RESOLVED], serves: 1, keepsCrd: false },
  },
  {
    name: "the API server refuses the CRD of the last good graph, and no CRD exists",
    known: {
      rgd: rgd(SPECS.breaking, {}, running),
      build: bad,
      revisions: [first],
      refused: { fallback: "admission says no" },
    },
    candidates: [1],
    lastGood: { served: serving, kind: {} },
    expected: { writes: [], conditions: [INVALID, RESOLVED, STOPPED], keepsCrd: false },
  },
  {
    name: "the controller does not start with the last good graph: the status is the same",
    known: {
      rgd: rgd(SPECS.breaking),
      build: bad,
      revisions: [first],
      refused: { controller: "caches are not synced in time" },
    },
    candidates: [1],
    lastGood: { served: serving, kind: { live } },
    expected: { writes: [], conditions: [INVALID, RESOLVED], serves: 1, keepsCrd: true },
  },
];

testCases(cases);

Deno.test("a recorded spec that does not compile any longer gives Ready the problems", () => {
  const known = {
    rgd: rgd(SPECS.compatible),
    build: bad,
    revisions: [revision(SPECS.compatible, graphs.compatible, 2), first],
  };
  const lastGood = { served: serving, kind: { live } };
  const { status } = decided({
    name: "",
    known,
    candidates: [],
    lastGood,
    expected: {} as Case["expected"],
  });
  const messages = Object.fromEntries(status.conditions.map((c) => [c.type, c.message]));
  const why = problemsText(bad.problems);
  assert.equal(messages.GraphAccepted, why);
  assert.equal(
    messages.GraphRevisionsResolved,
    `latest graph revision 2 failed compilation: ${why}`,
  );
});
