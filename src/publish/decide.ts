/** Decides which writes publish an RGD, and its status afterwards. Pure. */
import {
  type ConditionUpdate,
  FINALIZER,
  findCondition,
  type KubeObject,
  type ResourceGraphDefinition,
  RGD_KIND,
} from "../api/mod.ts";
import type { Graph } from "../graph/mod.ts";
import { isSuspended } from "../reconcile/mod.ts";
import { problemsText } from "./build.ts";
import { planCrd } from "./crd_writes.ts";
import type { ServedGraph } from "./deps.ts";
import { generatedFor } from "./generated_crd.ts";
import { type Candidates, type Facts, isRecorded, keptRevisions, type LastGood } from "./facts.ts";
import {
  creation,
  newRevision,
  nextRevision,
  orderOf,
  ownershipWrites,
  retirement,
  verification,
} from "./revision_writes.ts";
import { condition, type StatusUpdate } from "./rgd_status.ts";
import type { Part, Write } from "./writes.ts";

/** The facts about an RGD, and those found out since the first decision. */
export interface Known extends Facts {
  /** The graph that serves while the spec cannot; absent until a decision returns a {@link Search}. */
  lastGood?: LastGood;
  /** Messages of refused writes, by part. The writes before a refused one were made. */
  refused: Partial<Record<Part, string>>;
}

/** Settings of a decision. */
export interface Settings {
  /** kro's version, for labels. */
  version: string;
  /** Maximum number of revisions to keep; zero or less keeps all. */
  maxRevisions: number;
  /** The present time, for transition times of conditions. */
  now: Date;
}

/** A decision: the publication, or the search for the last good graph that it needs first. */
export type Decision = Publication | Search;

/** The spec cannot serve: the caller has to find the last good graph among these candidates. */
export interface Search extends Candidates {
  /** Discriminates {@link Decision}. */
  kind: "search";
}

/** The remaining writes of a publication, and its result. */
export interface Publication {
  /** Discriminates {@link Decision}. */
  kind: "publication";
  /** In order. After a refusal: the writes after the refused one. */
  writes: Write[];
  /** The RGD's status after the writes; it is written last. */
  status: StatusUpdate;
  /** The graph that reconciles instances: the spec's or the last good one; absent without either. */
  served?: ServedGraph;
  /** Why the spec does not serve although it has no problems. */
  error?: string;
  /** The generated CRD; absent when kro refuses to write it. */
  crd?: KubeObject;
  /** Why a revision is created, if one is. */
  issued?: "no_revision" | "spec_changed";
}

/** A publication without the parts that all cases have in common. */
type Outcome = Omit<Publication, "kind">;

/**
 * Decides how to publish an RGD. The caller calls it again with the result of a search, or with the refusal
 * of a write, to get the remaining writes. Each part is refused at most once, so the repetition ends.
 */
export function decide(known: Known, settings: Settings): Decision {
  const outcome = outcomeOf(known, settings);
  if ("kind" in outcome) return outcome;
  const { rgd } = known;
  const writes = isStarted(known) ? outcome.writes : [...finalizer(rgd), ...outcome.writes];
  return { ...outcome, kind: "publication", writes, status: withController(known, outcome) };
}

function outcomeOf(known: Known, settings: Settings): Outcome | Search {
  const { rgd, build: { graph, unavailable } } = known;
  if (isSuspended(rgd)) return suspended(known);
  if (unavailable !== undefined) return undecided(known, unavailable, settings);
  return graph ? accepted(known, graph, settings) : rejected(known, settings);
}

/** The spec compiles: record it, write its CRD and serve it; if one of these is refused, fall back. */
function accepted(known: Known, graph: Graph, settings: Settings): Outcome | Search {
  const { rgd, refused, kind = {} } = known;
  const revisions = keptRevisions(known);
  if (refused.revision !== undefined) {
    const rest = fallback(known, { revisions, live: kind.live }, settings);
    const error = refused.revision;
    const conditions = [condition("GraphAccepted", "False", "InvalidResourceGraph", error)];
    return "kind" in rest ? rest : { ...rest, status: { conditions }, error };
  }

  const newest = isRecorded(known) ? revisions[0] : undefined;
  const issued = newest ? undefined : revisions.length > 0 ? "spec_changed" : "no_revision";
  const { version, now } = settings;
  const revision = newest ?? newRevision(rgd, graph, nextRevision(rgd, revisions), version);
  const older = newest ? revisions.slice(1) : revisions;
  const record = [
    ...ownershipWrites(rgd, known.revisions),
    ...newest ? [] : [creation(revision)],
    ...verification(revision, graph, { now, part: "revision" }),
  ];
  const served = { graph, revision: revision.spec.revision };
  const status = (...conditions: ConditionUpdate[]): StatusUpdate => ({
    conditions: [resolved(served.revision), VALID, ...conditions],
    lastIssuedRevision: served.revision,
    ...orderOf(graph),
  });

  const planned = planCrd(rgd, graph, kind, { version, part: "kind" });
  const error = refused.kind ?? planned.refusal;
  if (error !== undefined) {
    const rest = fallback(known, { revisions: older, live: kind.live }, settings);
    if ("kind" in rest) return rest;
    const writes = isStarted(known) ? rest.writes : [...record, ...rest.writes];
    const failed = condition("KindReady", "False", "Failed", error);
    return { ...rest, writes, status: status(failed), error, issued };
  }

  const ready = `kind ${graph.instance.kind} has been accepted and ready`;
  const retired = retirement([revision, ...older], settings.maxRevisions);
  const controller = refused.controller;
  return {
    writes: controller === undefined
      ? [...record, ...planned.writes, serving(served), ...retired]
      : retired,
    status: status(
      condition("KindReady", "True", "Ready", ready),
      controller === undefined
        ? condition("ControllerReady", "True", "Running", "controller is running")
        : condition("ControllerReady", "False", "FailedToStart", controller),
    ),
    served,
    crd: planned.crd,
    error: controller,
    issued,
  };
}

/** The spec has problems: serve the last good graph. */
function rejected(known: Known, settings: Settings): Outcome | Search {
  const { rgd, build } = known;
  const message = problemsText(build.problems);
  const revisions = keptRevisions(known);
  const [newest] = revisions;
  const recorded = isRecorded(known);
  const rest = fallback(known, { revisions: recorded ? revisions.slice(1) : revisions }, settings);
  if ("kind" in rest) return rest;
  const conditions = [condition("GraphAccepted", "False", "InvalidResourceGraph", message)];
  if (newest && recorded) {
    const failed = `latest graph revision ${newest.spec.revision} failed compilation`;
    conditions.push(condition("GraphRevisionsResolved", "False", "Failed", failed));
  } else if (newest) {
    conditions.push(resolved(newest.spec.revision));
  }
  const record = [
    ...ownershipWrites(rgd, known.revisions),
    ...newest && recorded ? verification(newest, message, settings) : [],
  ];
  return {
    ...rest,
    writes: isStarted(known) ? rest.writes : [...record, ...rest.writes],
    status: { conditions, topologicalOrder: [], resources: [] },
  };
}

/** A kind cannot be looked up: keep the last verdict on this spec, and the serving graph. */
function undecided(known: Known, unavailable: string, settings: Settings): Outcome | Search {
  const { rgd } = known;
  const rest = fallback(known, { revisions: keptRevisions(known) }, settings);
  if ("kind" in rest) return rest;
  const old = findCondition(rgd.status?.conditions, "GraphAccepted");
  const isJudged = old?.observedGeneration === rgd.metadata.generation && old?.status !== "Unknown";
  const unknown = condition("GraphAccepted", "Unknown", "KindsUnavailable", unavailable);
  const ownership = isStarted(known) ? [] : ownershipWrites(rgd, known.revisions);
  return {
    ...rest,
    writes: [...ownership, ...rest.writes],
    status: { conditions: isJudged ? [] : [unknown] },
    error: unavailable,
  };
}

/** A suspended RGD: write only its status. Instances are suspended by serving the last good graph. */
function suspended(known: Known): Outcome | Search {
  const { lastGood, refused, revisions } = known;
  if (!lastGood) return { kind: "search", revisions };
  const { served } = lastGood;
  return {
    writes: served && refused.controller === undefined ? [serving(served)] : [],
    status: { conditions: [SUSPENDED] },
    served,
  };
}

/**
 * Serves the last good graph and keeps its CRD up to date. If writing the CRD is refused, the graph serves
 * nevertheless, provided that the live CRD was generated for this RGD: a CRD that is being deleted is removed
 * only after a controller has removed the finalizers of its instances.
 */
function fallback(
  { rgd, lastGood, refused }: Known,
  candidates: Candidates,
  { version }: Settings,
): Pick<Outcome, "writes" | "served" | "crd"> | Search {
  if (!lastGood) return { kind: "search", ...candidates };
  const { served, kind } = lastGood;
  if (!served || !kind) return { writes: [] };
  const { writes, crd, refusal } = planCrd(rgd, served.graph, kind, { version, part: "fallback" });
  const serve = refused.controller === undefined ? [serving(served)] : [];
  if ((refused.fallback ?? refusal) !== undefined) {
    const isOwn = kind.live !== undefined && generatedFor(rgd.metadata.name!, kind.live);
    return isOwn ? { writes: serve, served } : { writes: [] };
  }
  return { writes: refused.controller === undefined ? [...writes, ...serve] : [], served, crd };
}

/** True after a refusal: the writes before the refused one are made. */
function isStarted({ refused }: Known): boolean {
  return Object.keys(refused).length > 0;
}

function finalizer({ metadata }: ResourceGraphDefinition): Write[] {
  const finalizers = metadata.finalizers ?? [];
  if (finalizers.includes(FINALIZER)) return [];
  return [{
    type: "addFinalizer",
    reason: "kro releases the revisions before the RGD is gone",
    ref: { kind: RGD_KIND, name: metadata.name! },
    patch: { metadata: { finalizers: [...finalizers, FINALIZER] } },
    resourceVersion: metadata.resourceVersion,
  }];
}

function serving(served: ServedGraph): Write {
  const reason = `instances are reconciled by revision ${served.revision}`;
  return { type: "serve", part: "controller", reason, served };
}

/** Sets ControllerReady to False when no graph serves any more. */
function withController({ rgd, build }: Known, { status, served, error }: Outcome): StatusUpdate {
  const old = findCondition(rgd.status?.conditions, "ControllerReady");
  if (served || old?.status !== "True" || isSuspended(rgd)) return status;
  const why = error ?? problemsText(build.problems);
  const stopped = condition("ControllerReady", "False", "FailedToStart", why);
  return { ...status, conditions: [...status.conditions, stopped] };
}

function resolved(revision: number): ConditionUpdate {
  const message = `revision ${revision} compiled and active`;
  return condition("GraphRevisionsResolved", "True", "Resolved", message);
}

const VALID = condition("GraphAccepted", "True", "Valid", "resource graph and schema are valid");

const SUSPENDED = condition(
  "ControllerReady",
  "False",
  "ReconciliationSuspended",
  "reconciliation suspended via kro.run/reconcile annotation",
);
