/**
 * Publishes an RGD: compiles it, records a revision, makes its kind served, and says so in its
 * status. The controller and the one-shot commands do it with this one function.
 */
import {
  ApiError,
  type ConditionUpdate,
  errorText,
  FINALIZER,
  findCondition,
  type GraphRevision,
  type GroupVersionKind,
  type KindRef,
  type KubeObject,
  Manager,
  type Problem,
  type ResourceGraphDefinition,
  RGD_KIND,
} from "../api/mod.ts";
import { type Graph, specHash } from "../graph/mod.ts";
import { isSuspended } from "../reconcile/mod.ts";
import { type Attempt, type Build, problemsText, tryBuild } from "./build.ts";
import { liveCrd } from "./generated_crd.ts";
import {
  issueRevision,
  listRevisions,
  nextRevision,
  orderOf,
  ownRevisions,
  retireRevisions,
  verifyRevision,
} from "./revisions.ts";
import { condition, type StatusUpdate, writeRgdStatus } from "./rgd_status.ts";
import {
  controllerReady,
  kindReady,
  lastGood,
  newestFitting,
  type ServedGraph,
  type ServingDeps,
} from "./serving.ts";

/** What publishing needs. */
export interface PublishDeps extends ServingDeps {
  /** How many revisions are kept, 5 by default; zero or less keeps all. */
  maxRevisions?: number;
  /** Told of the compilation before anybody can see what became of it. */
  onBuilt?: (seconds: number, ok: boolean) => void;
}

/** What became of an RGD. */
export interface PublishResult {
  /** The RGD after it, with its new status. */
  rgd: ResourceGraphDefinition;
  /** What instances use: this spec's graph, or the last good one; absent when there never was one. */
  served?: ServedGraph;
  /** What is wrong with the spec. */
  problems: Problem[];
  /** Why this spec is not served although it may be right, such as a refused change of the CRD. */
  error?: string;
  /** Kinds that the spec was compiled against. */
  uses: KindRef[];
  /** Kinds that the RGD uses and the cluster does not serve yet. */
  missing: GroupVersionKind[];
  /** Why a revision was made, if one was. */
  issued?: "no_revision" | "spec_changed";
  /** How long compiling took. */
  buildSeconds: number;
  /** The generated CRD as it is now. */
  crd?: KubeObject;
}

/** Does all that an RGD asks for. Rejects with ApiError when the cluster cannot be asked. */
export async function publishGraph(
  given: ResourceGraphDefinition,
  deps: PublishDeps,
): Promise<PublishResult> {
  const rgd = await withFinalizer(given, deps);
  const build = await tryBuild(rgd, deps);
  deps.onBuilt?.(build.seconds, build.problems.length === 0);
  const publication = await publish(rgd, build, deps);
  const { status, ...outcome } = publication;
  const old = findCondition(rgd.status?.conditions, "ControllerReady");
  if (!outcome.served && old?.status === "True" && !isSuspended(rgd)) {
    // Nobody is to believe that instances are kept in step.
    const why = outcome.error ?? problemsText(build.problems);
    status.conditions.push(condition("ControllerReady", "False", "FailedToStart", why));
  }
  const written = await writeRgdStatus(rgd, status, deps.client, deps.now());
  const { problems, uses, missing, seconds } = build;
  return { ...outcome, rgd: written, problems, uses, missing, buildSeconds: seconds };
}

async function publish(
  rgd: ResourceGraphDefinition,
  build: Attempt,
  deps: PublishDeps,
): Promise<Publication> {
  if (isSuspended(rgd)) return await publishSuspended(rgd, deps);
  const revisions = await ownRevisions(rgd, deps);
  if (build.unavailable) return await publishLater(rgd, build.unavailable, revisions, deps);
  if (build.graph) {
    deps.events?.compiled(true, build.seconds);
    return await publishGood(rgd, build.graph, revisions, deps);
  }
  return await publishBad(rgd, build, revisions, deps);
}

/** What both branches find out; the status is written from it. */
interface Publication {
  status: StatusUpdate;
  served?: ServedGraph;
  error?: string;
  crd?: KubeObject;
  issued?: PublishResult["issued"];
}

async function publishGood(
  rgd: ResourceGraphDefinition,
  graph: Graph,
  revisions: GraphRevision[],
  deps: PublishDeps,
): Promise<Publication> {
  const newest = revisions[0];
  const known = newest && specHash(newest.spec.snapshot.spec) === graph.hash;
  let revision: GraphRevision;
  try {
    revision = known
      ? await verifyRevision(newest, graph, deps)
      : await issueRevision(rgd, graph, nextRevision(rgd, revisions), deps);
  } catch (error) {
    if (!isRefusal(error)) throw error;
    const refused = condition("GraphAccepted", "False", "InvalidResourceGraph", errorText(error));
    const good = await lastGood(rgd, revisions, undefined, deps);
    return { status: { conditions: [refused] }, error: refused.message, ...good };
  }
  const all = known ? revisions : [revision, ...revisions];
  const issued = known ? undefined : newest ? "spec_changed" : "no_revision";
  const served: ServedGraph = { graph, revision: revision.spec.revision };
  const status: StatusUpdate = {
    conditions: [resolved(served.revision), accepted()],
    lastIssuedRevision: served.revision,
    ...orderOf(graph),
  };

  const live = await liveCrd(graph, deps.client);
  const published = await kindReady(rgd, graph, live, deps);
  status.conditions.push(published.condition);
  if (!published.crd) {
    const rest = all.slice(1);
    const good = await lastGood(rgd, rest, live, deps);
    return { status, error: published.condition.message, issued, ...good };
  }
  const running = await controllerReady(served, deps);
  status.conditions.push(running);
  await retireRevisions(all, deps.maxRevisions ?? 5, deps);
  const error = running.status === "True" ? undefined : running.message;
  return { status, served, crd: published.crd, issued, error };
}

async function publishBad(
  rgd: ResourceGraphDefinition,
  build: Build,
  revisions: GraphRevision[],
  deps: PublishDeps,
): Promise<Publication> {
  const message = problemsText(build.problems);
  const status: StatusUpdate = {
    conditions: [condition("GraphAccepted", "False", "InvalidResourceGraph", message)],
    topologicalOrder: [],
    resources: [],
  };
  const newest = revisions[0];
  const recorded = newest && rgd.spec &&
    specHash(newest.spec.snapshot.spec) === specHash(rgd.spec);
  if (recorded) {
    deps.events?.compiled(false, build.seconds);
    await verifyRevision(newest, message, deps);
    const failed = `latest graph revision ${newest.spec.revision} failed compilation`;
    status.conditions.push(condition("GraphRevisionsResolved", "False", "Failed", failed));
  } else if (newest) {
    status.conditions.push(resolved(newest.spec.revision));
  }
  return {
    status,
    ...await lastGood(rgd, recorded ? revisions.slice(1) : revisions, undefined, deps),
  };
}

/** Nothing is judged and nothing that was is taken back: what serves goes on. */
async function publishLater(
  rgd: ResourceGraphDefinition,
  unavailable: string,
  revisions: GraphRevision[],
  deps: PublishDeps,
): Promise<Publication> {
  const old = findCondition(rgd.status?.conditions, "GraphAccepted");
  const judged = old?.observedGeneration === rgd.metadata.generation && old?.status !== "Unknown";
  const unknown = condition("GraphAccepted", "Unknown", "KindsUnavailable", unavailable);
  const good = await lastGood(rgd, revisions, undefined, deps);
  return { status: { conditions: judged ? [] : [unknown] }, error: unavailable, ...good };
}

/** Writes nothing but the status; instances are told through the graph that served last. */
async function publishSuspended(
  rgd: ResourceGraphDefinition,
  deps: PublishDeps,
): Promise<Publication> {
  const status = { conditions: [suspended()] };
  const served = deps.current ??
    await newestFitting(rgd, await listRevisions(rgd, deps), undefined, deps);
  if (served) await controllerReady(served, deps);
  return { status, served };
}

async function withFinalizer(
  rgd: ResourceGraphDefinition,
  deps: PublishDeps,
): Promise<ResourceGraphDefinition> {
  const finalizers = rgd.metadata.finalizers ?? [];
  if (finalizers.includes(FINALIZER)) return rgd;
  const { name, resourceVersion } = rgd.metadata;
  const patch = { metadata: { finalizers: [...finalizers, FINALIZER], resourceVersion } };
  const ref = { kind: RGD_KIND, name: name! };
  const options = { fieldManager: Manager.kro };
  return await deps.client.mergePatch(ref, patch, options) as ResourceGraphDefinition;
}

/** The API server's last word on a write: trying again soon does not help. */
function isRefusal(error: unknown): boolean {
  return error instanceof ApiError && ["Forbidden", "Invalid", "BadRequest"].includes(error.reason);
}

function resolved(revision: number): ConditionUpdate {
  const message = `revision ${revision} compiled and active`;
  return condition("GraphRevisionsResolved", "True", "Resolved", message);
}

function suspended(): ConditionUpdate {
  const message = "reconciliation suspended via kro.run/reconcile annotation";
  return condition("ControllerReady", "False", "ReconciliationSuspended", message);
}

function accepted(): ConditionUpdate {
  return condition("GraphAccepted", "True", "Valid", "resource graph and schema are valid");
}
