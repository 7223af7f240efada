/**
 * Reads the objects from which `decide.ts` derives how to publish an RGD, and `decide_withdrawal.ts` how to
 * delete it. These functions write no object.
 */
import {
  ApiError,
  CRD_KIND,
  errorText,
  type GraphRevision,
  isOutrun,
  type KubeObject,
  type ResourceGraphDefinition,
  RGD_KIND,
} from "../api/mod.ts";
import type { Graph } from "../graph/mod.ts";
import type { KubeClient } from "../kube/mod.ts";
import { isSuspended } from "../reconcile/mod.ts";
import { tryBuild } from "./build.ts";
import type { KindFacts } from "./crd_writes.ts";
import type { PublishDeps, ServedGraph } from "./deps.ts";
import type { Read, WithdrawalFacts } from "./decide_withdrawal.ts";
import { type Candidates, type Facts, isRecorded, type LastGood } from "./facts.ts";
import { fittingChanges, foreignOwner, ownerOf } from "./generated_crd.ts";
import { isIssuable, listRevisions } from "./revisions.ts";

/**
 * Compiles the RGD's spec and reads the RGD's revisions and generated CRD. Rejects with ApiError when a
 * request fails, and with the reason Conflict when the cluster has a later generation of the RGD.
 */
export async function gather(rgd: ResourceGraphDefinition, deps: PublishDeps): Promise<Facts> {
  const build = await tryBuild(rgd, deps);
  deps.onBuilt?.(build);
  const isServedSuspended = isSuspended(rgd) && deps.current !== undefined;
  const revisions = isServedSuspended || deps.isUninstalled
    ? []
    : (await listRevisions(rgd, deps.client)).filter(({ spec }) => isIssuable(spec.revision));
  await checkCurrent(rgd, revisions[0], deps.client);
  const facts: Facts = { rgd, build, revisions };
  if (isSuspended(rgd) || build.unavailable !== undefined) return facts;
  if (build.graph || isRecorded(facts)) {
    deps.events?.compiled(build.graph !== undefined, build.seconds);
  }
  if (!build.graph) return facts;
  return { ...facts, kind: await gatherKind(rgd, build.graph, deps) };
}

/**
 * Throws an ApiError with the reason Conflict if the RGD has a later generation than the one that was read. This
 * happens when this process becomes the leader before its watch has delivered the RGD that the previous leader
 * published. Without this check, the earlier spec would become a new revision.
 *
 * Reads the RGD only if its newest revision records a later generation. The revision alone proves nothing, because
 * another client may have written it.
 */
async function checkCurrent(
  { metadata }: ResourceGraphDefinition,
  newest: GraphRevision | undefined,
  client: KubeClient,
): Promise<void> {
  const { name, uid, generation } = metadata;
  const isOwn = newest?.metadata.ownerReferences?.some((owner) => owner.uid === uid);
  // An RGD that was read from a file has no generation.
  if (!isOwn || generation === undefined) return;
  if (newest!.spec.snapshot.generation <= generation) return;
  const live = await client.get({ kind: RGD_KIND, name: name! });
  if (live?.metadata.uid !== uid || (live?.metadata.generation ?? 0) <= generation) return;
  const message = `ResourceGraphDefinition ${name} has changed since it was read`;
  throw new ApiError(message, { reason: "Conflict" });
}

/**
 * Finds the last good graph, and reads the CRD of that graph. kro serves the last good graph while the RGD's
 * present spec cannot be served. Rejects with ApiError when a request fails.
 */
export async function findLastGood(
  rgd: ResourceGraphDefinition,
  candidates: Candidates,
  deps: PublishDeps,
): Promise<LastGood> {
  const found = deps.current
    ? { served: deps.current, live: candidates.live }
    : await lastServed(rgd, candidates, deps);
  if (!found) return {};
  const { served, live } = found;
  if (isSuspended(rgd)) return { served };
  return { served, kind: await gatherKind(rgd, served.graph, deps, live) };
}

/** Reads a fact about an RGD that is being deleted. Rejects with ApiError when the request fails. */
export async function readFact(
  read: Read,
  rgd: ResourceGraphDefinition,
  client: KubeClient,
): Promise<Partial<WithdrawalFacts>> {
  switch (read.fact) {
    case "rgdCrd":
    case "crd":
      return { [read.fact]: await client.get({ kind: CRD_KIND, name: read.name }) ?? null };
    case "instances":
      return { instances: (await client.list(read.kind, { metadataOnly: true })).items };
    case "revisions":
      return { revisions: await listRevisions(rgd, client) };
  }
}

/**
 * Returns the graph by which kro most likely reconciled the instances before, so that a restart does not roll
 * instances back to an older revision, which would delete the objects that only the newer revision has. Among
 * the revisions that compile and fit the live CRD, this is the one with the fewest pending changes of the CRD,
 * because kro writes the CRD before it serves a graph. Of several such revisions, it is the newest.
 *
 * The search ends at a revision that does not compile now, for example because the cluster no longer serves a
 * kind, or because the schema of a kind has changed. This revision may be the one that kro served.
 */
async function lastServed(
  rgd: ResourceGraphDefinition,
  { revisions, live }: Candidates,
  deps: PublishDeps,
): Promise<{ served: ServedGraph; live?: KubeObject } | undefined> {
  let crd = live;
  let best: { served: ServedGraph; live: KubeObject; pending: number } | undefined;
  for (const { spec: { revision, snapshot } } of revisions) {
    const build = await tryBuild({ ...rgd, spec: snapshot.spec }, deps);
    const { graph, seconds, unavailable } = build;
    if (unavailable === undefined) deps.events?.compiled(graph !== undefined, seconds);
    if (!graph) break;
    const served = { graph, revision };
    crd ??= await liveCrd(graph, deps.client);
    if (!crd) return { served };
    const pending = fittingChanges(rgd, graph, crd)?.length;
    if (pending === undefined) continue;
    if (!best || pending < best.pending) best = { served, live: crd, pending };
    if (pending === 0) break;
  }
  return best;
}

async function gatherKind(
  rgd: ResourceGraphDefinition,
  graph: Graph,
  deps: PublishDeps,
  known?: KubeObject,
): Promise<KindFacts> {
  const live = known ?? await liveCrd(graph, deps.client);
  try {
    if (!live) return { shadow: await deps.taken?.(graph.instance) };
    const owner = foreignOwner(rgd, live) ? ownerOf(live) : undefined;
    if (owner === undefined) return { live };
    const ownerExists = await deps.client.get({ kind: RGD_KIND, name: owner }) !== undefined;
    return { live, ownerExists };
  } catch (error) {
    if (isOutrun(error)) throw error;
    return { live, failure: errorText(error) };
  }
}

async function liveCrd(graph: Graph, client: KubeClient): Promise<KubeObject | undefined> {
  return await client.get({ kind: CRD_KIND, name: graph.crd.metadata.name! });
}
