/** Serves a graph: its kind, its instances; and which one serves while an RGD's spec cannot. */
import {
  ApiError,
  type ConditionUpdate,
  errorText,
  type GraphRevision,
  type KubeObject,
  type ResourceGraphDefinition,
} from "../api/mod.ts";
import type { Graph } from "../graph/mod.ts";
import { type BuildDeps, tryBuild } from "./build.ts";
import { type CrdDeps, ensureCrd, fits, generatedFor, liveCrd } from "./generated_crd.ts";
import type { RevisionDeps } from "./revisions.ts";
import { condition } from "./rgd_status.ts";

/** A graph that instances use, and the revision that it was compiled from. */
export interface ServedGraph {
  /** The compiled graph. */
  graph: Graph;
  /** Number of its revision. */
  revision: number;
}

/** What serving needs. */
export interface ServingDeps extends BuildDeps, CrdDeps, RevisionDeps {
  /** What serves at the moment, when that is known: it goes on when the new spec is bad. */
  current?: ServedGraph;
  /**
   * Makes somebody reconcile the kind's instances; a rejection becomes the condition
   * ControllerReady. Left out by commands that reconcile instances themselves.
   */
  serve?: (served: ServedGraph) => Promise<void>;
}

/**
 * The graph that goes on serving while the RGD's spec cannot: the one that serves now, else the
 * newest revision that compiles and fits the live CRD.
 */
export async function lastGood(
  rgd: ResourceGraphDefinition,
  revisions: readonly GraphRevision[],
  live: KubeObject | undefined,
  deps: ServingDeps,
): Promise<{ served?: ServedGraph; crd?: KubeObject }> {
  const served = deps.current ?? await newestFitting(rgd, revisions, live, deps);
  if (!served) return {};
  const found = live ?? await liveCrd(served.graph, deps.client);
  const { crd } = await kindReady(rgd, served.graph, found, deps);
  // Also behind a CRD that is being deleted: it goes once somebody has let its instances go.
  if (!crd && !(found && generatedFor(rgd.metadata.name!, found))) return {};
  await controllerReady(served, deps);
  return { served, crd };
}

/** The newest revision that compiles and fits the live CRD. */
export async function newestFitting(
  rgd: ResourceGraphDefinition,
  revisions: readonly GraphRevision[],
  live: KubeObject | undefined,
  deps: ServingDeps,
): Promise<ServedGraph | undefined> {
  for (const revision of revisions) {
    const spec = revision.spec.snapshot.spec;
    const { graph, seconds, unavailable } = await tryBuild({ ...rgd, spec }, deps);
    if (!unavailable) deps.events?.compiled(graph !== undefined, seconds);
    if (!graph) continue;
    const crd = live ?? await liveCrd(graph, deps.client);
    if (!crd || fits(rgd, graph, crd)) return { graph, revision: revision.spec.revision };
  }
  return undefined;
}

/** Makes the live CRD what the graph wants; the condition KindReady, and the CRD unless that says no. */
export async function kindReady(
  rgd: ResourceGraphDefinition,
  graph: Graph,
  live: KubeObject | undefined,
  deps: ServingDeps,
): Promise<{ condition: ConditionUpdate; crd?: KubeObject }> {
  try {
    const crd = await ensureCrd(rgd, graph, live, deps);
    const message = `kind ${graph.instance.kind} has been accepted and ready`;
    return { condition: condition("KindReady", "True", "Ready", message), crd };
  } catch (error) {
    // Somebody else was faster: what he left is looked at anew.
    if (isOutrun(error)) throw error;
    return { condition: condition("KindReady", "False", "Failed", errorText(error)) };
  }
}

/** Makes somebody keep the instances; the condition ControllerReady. */
export async function controllerReady(
  served: ServedGraph,
  deps: ServingDeps,
): Promise<ConditionUpdate> {
  try {
    await deps.serve?.(served);
    return condition("ControllerReady", "True", "Running", "controller is running");
  } catch (error) {
    return condition("ControllerReady", "False", "FailedToStart", errorText(error));
  }
}

function isOutrun(error: unknown): boolean {
  return error instanceof ApiError && ["Conflict", "AlreadyExists"].includes(error.reason);
}
