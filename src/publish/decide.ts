/**
 * Decides which writes publish an RGD, and which status the RGD gets afterwards. These functions send no
 * request.
 */
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

/**
 * The input of a decision: the facts about an RGD, the last good graph if an earlier decision of the same
 * publication asked for it, and the refused writes of this publication.
 */
export interface Known extends Facts {
  /**
   * The result of the search for the last good graph. Absent until a decision returns a {@link Search} and
   * the caller has made the search.
   */
  lastGood?: LastGood;
  /**
   * The error message of each refused write. The key is the part of the publication that the write belongs
   * to. All writes before a refused write were made.
   */
  refused: Partial<Record<Part, string>>;
}

/** The settings of a decision. */
export interface Settings {
  /** The version of kro, for the label `kro.run/kro-version`. */
  version: string;
  /** The maximum number of revisions to keep per RGD. Zero or a negative number keeps all revisions. */
  maxRevisions: number;
  /** The present time, used as the transition time of conditions. */
  now: Date;
  /** The warning for the condition ControllerReady, as `PublishDeps.warning` returns it. */
  warning?: string;
}

/** The result of deciding: either the publication itself, or a search that the caller has to make first. */
export type Decision = Publication | Search;

/**
 * A request to the caller to find the last good graph among the revisions in `revisions`, and then to call
 * `decide` again. The decision needs this graph because the RGD's present spec is not served.
 */
export interface Search extends Candidates {
  /** The tag that distinguishes a search from a publication in {@link Decision}. */
  kind: "search";
}

/** The remaining writes of a publication, and its result. */
export interface Publication {
  /** The tag that distinguishes a publication from a search in {@link Decision}. */
  kind: "publication";
  /**
   * The writes that remain to be made, in order. After a refusal, the refused write and all earlier writes
   * are left out.
   */
  writes: Write[];
  /** The RGD's status after the writes. The caller writes the status after all other writes. */
  status: StatusUpdate;
  /**
   * The graph by which instances are reconciled. This is the graph of the present spec, or else the last good
   * graph, which is the graph of an earlier spec that can be served. Absent when neither exists.
   */
  served?: ServedGraph;
  /** The reason why the RGD's spec is not served although the spec has no problems. */
  error?: string;
  /** The generated CRD; absent when kro refuses to write the CRD. */
  crd?: KubeObject;
  /** The reason why the publication creates a revision; absent when no revision is created. */
  issued?: "no_revision" | "spec_changed";
}

/** A publication without its tag `kind`, which the function `decide` adds. */
type Outcome = Omit<Publication, "kind">;

/**
 * Decides how to publish an RGD.
 *
 * After a search or a refused write, the caller calls this function again with the result of the search or
 * with the refusal. The new decision contains the remaining writes. Each part of a publication is refused
 * at most once, so this repetition ends.
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

/**
 * Handles an RGD whose spec compiles: records the spec, writes the CRD and serves the graph. If recording
 * the spec or writing the CRD is refused, the last good graph is served instead.
 */
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
    // If the API server refused the write of the CRD, the newest revision may already be in use: the write may
    // only undo another client's change.
    const mayBeServed = refused.kind !== undefined && kind.live !== undefined;
    const candidates = { revisions: mayBeServed ? revisions : older, live: kind.live };
    const rest = fallback(known, candidates, settings);
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
      controller === undefined ? running(rgd, settings.warning) : condition(
        "ControllerReady",
        "False",
        "FailedToStart",
        warned(controller, settings.warning),
      ),
    ),
    served,
    crd: planned.crd,
    error: controller,
    issued,
  };
}

/**
 * Handles an RGD whose spec has problems: the last good graph is served. After a restart, kro serves no graph if
 * the newest revision records this spec, because an older revision would delete objects of the newest one.
 */
function rejected(known: Known, settings: Settings): Outcome | Search {
  const { rgd, build } = known;
  const message = problemsText(build.problems);
  const revisions = keptRevisions(known);
  const [newest] = revisions;
  const recorded = isRecorded(known);
  const rest = fallback(known, { revisions: recorded ? [] : revisions }, settings);
  if ("kind" in rest) return rest;
  const conditions = [condition("GraphAccepted", "False", "InvalidResourceGraph", message)];
  if (newest && recorded) {
    const failed = `latest graph revision ${newest.spec.revision} failed compilation: ${message}`;
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

/**
 * Handles an RGD that uses a kind that cannot be looked up now. The last good graph is served. If the
 * present spec was checked earlier, the status keeps the result of that check.
 */
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

/**
 * Handles a suspended RGD: only its status is written. The last good graph is still served, because the
 * instances become suspended only when an instance controller reconciles them.
 */
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
 * Serves the last good graph and keeps the CRD of that graph up to date. If writing the CRD is refused, the
 * last good graph is served only if the live CRD was generated for this RGD. The graph is served even while
 * this CRD is being deleted: the CRD exists until its instances are gone, and an instance controller has to
 * remove the finalizers of these instances.
 */
function fallback(
  { rgd, build, lastGood, refused }: Known,
  candidates: Candidates,
  { version }: Settings,
): Pick<Outcome, "writes" | "served" | "crd"> | Search {
  if (!lastGood) return { kind: "search", ...candidates };
  const { served, kind } = lastGood;
  if (!served || !kind) return { writes: [] };
  const { writes, crd, refusal } = planCrd(rgd, served.graph, kind, { version, part: "fallback" });
  const serve = refused.controller === undefined ? [serving(served)] : [];
  const isPresent = build.graph?.hash === served.graph.hash;
  if ((refused.fallback ?? (isPresent ? refused.kind : undefined) ?? refusal) !== undefined) {
    const isOwn = kind.live !== undefined && generatedFor(rgd.metadata.name!, kind.live);
    return isOwn ? { writes: serve, served } : { writes: [] };
  }
  return { writes: refused.controller === undefined ? [...writes, ...serve] : [], served, crd };
}

/**
 * Reports whether a write of this publication was refused. The writes before the refused write were already
 * made, so the new decision must leave them out.
 */
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

/**
 * Returns the condition ControllerReady with status True and the warning as its message. If `warning` is
 * undefined, kro does not know yet whether there is a warning. In this case, a condition that already has
 * status True keeps its message.
 */
function running(rgd: ResourceGraphDefinition, warning: string | undefined): ConditionUpdate {
  const old = findCondition(rgd.status?.conditions, "ControllerReady");
  const isKept = warning === undefined && old?.status === "True" && old.reason === "Running";
  const message = isKept && old.message ? old.message : warned("controller is running", warning);
  return condition("ControllerReady", "True", "Running", message);
}

function warned(message: string, warning = ""): string {
  return warning === "" ? message : `${message}; ${warning}`;
}

/**
 * Sets the condition ControllerReady to False if kro serves no graph but the RGD's present status still
 * contains ControllerReady with status True. The condition of a suspended RGD is not changed.
 */
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
