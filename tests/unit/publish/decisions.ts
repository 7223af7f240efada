/** A table of decisions: what is known, and in short what is decided from it. */
import assert from "node:assert/strict";
import type { GraphRevision } from "../../../src/api/mod.ts";
import type { Attempt } from "../../../src/publish/build.ts";
import type { ServedGraph } from "../../../src/publish/deps.ts";
import { decide, type Known, type Publication } from "../../../src/publish/decide.ts";
import type { LastGood } from "../../../src/publish/facts.ts";
import type { Write } from "../../../src/publish/writes.ts";
import { graphOf, liveCrd, NOW, PROBLEM, revision, SPECS, VERSION } from "./fixtures.ts";

/** The graphs of the specs. */
export const graphs = {
  first: await graphOf(SPECS.first),
  compatible: await graphOf(SPECS.compatible),
  breaking: await graphOf(SPECS.breaking),
};

/** The first spec as revision 1, its CRD, and its graph as it serves. */
export const first = revision(SPECS.first, graphs.first, 1);
export const live = liveCrd(SPECS.first, graphs.first);
export const serving: ServedGraph = { graph: graphs.first, revision: 1 };
/** Metadata of a suspended RGD, and of an object that is being deleted. */
export const suspension = { annotations: { "kro.run/reconcile": "suspended" } };
export const deletion = { deletionTimestamp: "2026-02-01T00:00:00Z" };
export const ANNOTATION = "kro.run/allow-breaking-changes";

/** A build with this graph. */
export function built(graph?: Attempt["graph"], more: Partial<Attempt> = {}): Attempt {
  return { ...graph ? { graph } : {}, problems: [], uses: [], missing: [], seconds: 0, ...more };
}

/** The build of a spec with a problem. */
export const bad = built(undefined, { problems: [PROBLEM] });

/** ControllerReady as it stands while a graph serves. */
export const running = {
  conditions: [{ type: "ControllerReady", status: "True" as const, reason: "Running" }],
};

/** A decision in short: `type name`, `Condition=Status/Reason`, and the fields that cases look at. */
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

/** One case. */
export interface Case {
  name: string;
  known: Omit<Known, "revisions" | "refused"> & Partial<Pick<Known, "revisions" | "refused">>;
  /** The answer to a search; without one the decision must not search. */
  lastGood?: LastGood;
  /** Revisions that the search must go through. */
  candidates?: number[];
  maxRevisions?: number;
  expected: Omit<ReturnType<typeof outline>, "error"> & { error?: RegExp };
}

/** Conditions of an RGD that serves its spec, and some that others have. */
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

/** The CRD, generated for another RGD. */
export function ofAnotherRgd() {
  const labels = { "kro.run/resource-graph-definition-name": "other" };
  return liveCrd(SPECS.first, graphs.first, { labels });
}

/** The publication that a case is decided to, after the search that it needs. */
export function decided(given: Case): Publication {
  const settings = { version: VERSION, maxRevisions: given.maxRevisions ?? 5, now: NOW };
  const known: Known = { revisions: [], refused: {}, ...given.known };
  const decision = decide(known, settings);
  if (decision.kind === "publication") {
    assert.equal(given.candidates, undefined, "the decision searches first");
    return decision;
  }
  assert.deepEqual(decision.revisions.map(numberOf), given.candidates, "candidates");
  const again = decide({ ...known, lastGood: given.lastGood! }, settings);
  assert.ok(again.kind === "publication", "one search is enough");
  return again;
}

function numberOf({ spec }: GraphRevision): number {
  return spec.revision;
}

/** One test per case, and two that hold for all of them. */
export function testCases(cases: readonly Case[]): void {
  for (const each of cases) {
    Deno.test(`publishing is decided: ${each.name}`, () => {
      const { error, ...actual } = outline(decided(each));
      const { error: message, ...expected } = each.expected;
      assert.deepEqual(actual, expected);
      if (message) assert.match(error ?? "", message);
      else assert.equal(error, undefined);
    });
  }

  Deno.test("a decision changes nothing of what is known, and is the same the next time", () => {
    for (const each of cases) {
      const before = structuredClone(plain(each.known));
      const decision = plain(decided(each));
      assert.deepEqual(plain(each.known), before, each.name);
      assert.deepEqual(plain(decided(each)), decision, each.name);
    }
  });

  Deno.test("every write says why it is made, and its object", () => {
    for (const each of cases) {
      for (const write of decided(each).writes) {
        assert.ok(write.reason.length > 0, `${each.name}: ${write.type}`);
        if (write.type !== "serve") assert.ok(write.ref.name, `${each.name}: ${write.type}`);
      }
    }
  });
}

/** As JSON: graphs hold functions. */
function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value, (_, v) => typeof v === "bigint" ? String(v) : v));
}
