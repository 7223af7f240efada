/**
 * Runs the test cases of the function `decide`. Each test case contains the known facts about an RGD, and a
 * short form of the expected result.
 */
import assert from "node:assert/strict";
import type { GraphRevision } from "../../../src/api/mod.ts";
import type { Attempt } from "../../../src/publish/build.ts";
import type { ServedGraph } from "../../../src/publish/deps.ts";
import { decide, type Known, type Publication } from "../../../src/publish/decide.ts";
import type { LastGood } from "../../../src/publish/facts.ts";
import type { Write } from "../../../src/publish/writes.ts";
import { graphOf, liveCrd, NOW, PROBLEM, revision, SPECS, VERSION } from "./fixtures.ts";

/** The compiled graphs of {@link SPECS}. */
export const graphs = {
  first: await graphOf(SPECS.first),
  compatible: await graphOf(SPECS.compatible),
  breaking: await graphOf(SPECS.breaking),
};

/** The first revision of the RGD, which contains the first spec. */
export const first = revision(SPECS.first, graphs.first, 1);
export const live = liveCrd(SPECS.first, graphs.first);
export const serving: ServedGraph = { graph: graphs.first, revision: 1 };
/** The metadata of a suspended RGD. */
export const suspension = { annotations: { "kro.run/reconcile": "suspended" } };
/** The metadata of an object that is being deleted. */
export const deletion = { deletionTimestamp: "2026-02-01T00:00:00Z" };
export const ANNOTATION = "kro.run/allow-breaking-changes";

/**
 * Returns the result of compiling an RGD to `graph` without problems. `more` overrides fields of
 * the result.
 */
export function built(graph?: Attempt["graph"], more: Partial<Attempt> = {}): Attempt {
  return { ...graph ? { graph } : {}, problems: [], uses: [], missing: [], seconds: 0, ...more };
}

/** The result of compiling an RGD with a problem. */
export const bad = built(undefined, { problems: [PROBLEM] });

/** The status of an RGD whose graph is in use: its condition ControllerReady is True. */
export const running = {
  conditions: [{ type: "ControllerReady", status: "True" as const, reason: "Running" }],
};

/**
 * Returns a short form of a publication, for comparison. Writes become `type name`, and conditions become
 * `Type=Status/Reason`.
 */
function outline({ writes, status, served, error, issued, crd }: Publication) {
  return {
    writes: writes.map(step),
    conditions: status.conditions.map((c) => `${c.type}=${c.status}/${c.reason}`),
    ...served ? { serves: served.revision } : {},
    ...error !== undefined ? { error } : {},
    ...issued ? { issued } : {},
    keepsCrd: crd !== undefined,
  };
}

function step(write: Write): string {
  if (write.type === "serve") return `serve ${write.served.revision}`;
  const { kind, name } = write.ref;
  return kind.kind === "GraphRevision" ? `${write.type} ${name}` : write.type;
}

/** A test case: the known facts about an RGD, and the expected publication. */
export interface Case {
  name: string;
  known: Omit<Known, "revisions" | "refused"> & Partial<Pick<Known, "revisions" | "refused">>;
  /**
   * The result of the search for the last valid graph of the RGD. The test case passes it to `decide` if
   * `decide` requests the search.
   */
  lastGood?: LastGood;
  /**
   * The numbers of the revisions among which `decide` must request a search for the last valid graph.
   * Undefined if `decide` must not request a search.
   */
  candidates?: number[];
  maxRevisions?: number;
  expected: Omit<ReturnType<typeof outline>, "error"> & { error?: RegExp };
}

/** The conditions of an RGD whose spec is in use. */
export const ACTIVE = [
  "GraphRevisionsResolved=True/Resolved",
  "GraphAccepted=True/Valid",
  "KindReady=True/Ready",
  "ControllerReady=True/Running",
];
export const [RESOLVED, VALID, READY] = ACTIVE as [string, string, string];
export const KIND_FAILED = [RESOLVED, VALID, "KindReady=False/Failed"];
export const INVALID = "GraphAccepted=False/InvalidResourceGraph";
export const STOPPED = "ControllerReady=False/FailedToStart";

/** Returns a CRD whose label shows that another RGD owns the CRD. */
export function ofAnotherRgd() {
  const labels = { "kro.run/resource-graph-definition-name": "other" };
  return liveCrd(SPECS.first, graphs.first, { labels });
}

/**
 * Calls `decide` for a test case, and returns its publication. If `decide` requests a search for the last
 * valid graph, passes it the result `lastGood` of the test case.
 */
export function decided(given: Case): Publication {
  const settings = { version: VERSION, maxRevisions: given.maxRevisions ?? 5, now: NOW };
  const known: Known = { revisions: [], refused: {}, ...given.known };
  const decision = decide(known, settings);
  if (decision.kind === "publication") {
    assert.equal(given.candidates, undefined, "decide did not ask for a search");
    return decision;
  }
  assert.deepEqual(decision.revisions.map(numberOf), given.candidates, "candidates");
  const again = decide({ ...known, lastGood: given.lastGood! }, settings);
  assert.ok(again.kind === "publication", "decide asked for a second search");
  return again;
}

function numberOf({ spec }: GraphRevision): number {
  return spec.revision;
}

/** Registers a test for each test case, and two tests that check all test cases. */
export function testCases(cases: readonly Case[]): void {
  for (const each of cases) {
    Deno.test(`decide: ${each.name}`, () => {
      const { error, ...actual } = outline(decided(each));
      const { error: message, ...expected } = each.expected;
      assert.deepEqual(actual, expected);
      if (message) assert.match(error ?? "", message);
      else assert.equal(error, undefined);
    });
  }

  Deno.test("decide does not change its input and returns the same publication again", () => {
    for (const each of cases) {
      const before = structuredClone(plain(each.known));
      const decision = plain(decided(each));
      assert.deepEqual(plain(each.known), before, each.name);
      assert.deepEqual(plain(decided(each)), decision, each.name);
    }
  });

  Deno.test("every write has a reason and the name of its object", () => {
    for (const each of cases) {
      for (const write of decided(each).writes) {
        assert.ok(write.reason.length > 0, `${each.name}: ${write.type}`);
        if (write.type !== "serve") assert.ok(write.ref.name, `${each.name}: ${write.type}`);
      }
    }
  });
}

/**
 * Converts a value to plain JSON. structuredClone cannot be used, because graphs contain functions.
 */
function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value, (_, v) => typeof v === "bigint" ? String(v) : v));
}
