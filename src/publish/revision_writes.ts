/** Plans the writes of GraphRevisions. These functions send no request. */
import {
  apiVersionOf,
  type ConditionUpdate,
  FINALIZER,
  type GraphRevision,
  jsonEqual,
  type JsonObject,
  type KubeObject,
  Label,
  type OwnerReference,
  type ResourceGraphDefinition,
  type ResourceInformation,
  REVISION_CONDITIONS,
  REVISION_KIND,
  RGD_KIND,
  setConditions,
  timestamp,
  versionLabel,
} from "../api/mod.ts";
import { type Graph, revisionName } from "../graph/mod.ts";
import { isIssuable, revisionRef } from "./revisions.ts";
import { finalizerRemoval, type Part, type ReleaseRevisionWrite, type Write } from "./writes.ts";

/**
 * Returns the next revision number of the RGD. The number of a deleted revision is not used again.
 *
 * @param revisions The RGD's revisions, newest first.
 */
export function nextRevision(
  rgd: ResourceGraphDefinition,
  revisions: readonly GraphRevision[],
): number {
  const newest = revisions[0]?.spec.revision ?? 0;
  const last = rgd.status?.lastIssuedRevision;
  return Math.max(isIssuable(last) ? last : 0, newest) + 1;
}

/** Returns the GraphRevision that records the RGD's spec under this revision number. */
export function newRevision(
  rgd: ResourceGraphDefinition,
  graph: Graph,
  revision: number,
  version: string,
): GraphRevision {
  const name = rgd.metadata.name!;
  return {
    apiVersion: apiVersionOf(REVISION_KIND),
    kind: REVISION_KIND.kind,
    metadata: {
      name: revisionName(name, revision),
      labels: {
        [Label.owned]: "true",
        [Label.kroVersion]: versionLabel(version),
        [Label.rgdName]: name,
        [Label.revisionHash]: graph.hash,
      },
      finalizers: [FINALIZER],
      ownerReferences: [controllerReference(rgd)],
    },
    spec: {
      revision,
      snapshot: { name, generation: rgd.metadata.generation ?? 1, spec: rgd.spec! },
    },
  };
}

/** Returns the write that creates the revision. */
export function creation(revision: GraphRevision): Write {
  return {
    type: "createRevision",
    part: "revision",
    reason: `records the spec as revision ${revision.spec.revision}`,
    ref: revisionRef(revision),
    object: revision,
  };
}

/**
 * Returns the writes that make the RGD the owner of its revisions. If an RGD was deleted and created again,
 * the new RGD adopts the revisions of the deleted RGD in this way, and continues their numbers. A revision
 * that is being deleted is not adopted, but kro's finalizer is removed from it.
 */
export function ownershipWrites(
  rgd: ResourceGraphDefinition,
  revisions: readonly GraphRevision[],
): Write[] {
  return revisions.flatMap((revision) =>
    revision.metadata.deletionTimestamp
      ? release(revision, "the revision is being deleted")
      : adoption(rgd, revision)
  );
}

/**
 * Returns the write that records in a revision's status whether the revision compiles. Returns no write
 * when the status already contains this result.
 *
 * @param verdict The compiled graph, or the message of the problems when the revision does not compile.
 */
export function verification(
  revision: GraphRevision,
  verdict: Graph | string,
  { now, part }: { now: Date; part?: Part },
): Write[] {
  const { metadata, status = {} } = revision;
  const conditions = setConditions(
    REVISION_CONDITIONS,
    status.conditions ?? [],
    [verified(metadata.name!, verdict)],
    {
      generation: metadata.generation ?? 1,
      now: timestamp(now),
      created: metadata.creationTimestamp ?? timestamp(now),
    },
  );
  const graph = typeof verdict === "string" ? undefined : verdict;
  const wanted = { conditions, ...orderOf(graph) };
  const stored = {
    conditions: status.conditions,
    topologicalOrder: status.topologicalOrder ?? [],
    resources: status.resources ?? [],
  };
  if (jsonEqual(wanted, stored)) return [];
  return [{
    type: "verifyRevision",
    part,
    reason: graph ? "the revision compiles" : "the revision does not compile",
    compiles: graph !== undefined,
    ref: revisionRef(revision),
    patch: { status: wanted as unknown as JsonObject },
  }];
}

/**
 * Returns the writes that delete all revisions except the newest ones. kro's finalizer is removed first, so
 * that a deleted revision disappears immediately.
 *
 * @param revisions The RGD's revisions, newest first.
 * @param keep The number of revisions to keep. Zero or a negative number keeps all revisions.
 */
export function retirement(revisions: readonly GraphRevision[], keep: number): Write[] {
  if (keep <= 0) return [];
  return revisions.slice(keep).flatMap((revision) => [
    ...release(revision, "the revision is deleted next", { retires: true }),
    {
      type: "deleteRevision",
      reason: `only the newest ${keep} revisions are kept`,
      ref: revisionRef(revision),
      uid: revision.metadata.uid,
    },
  ]);
}

/**
 * Returns the write that removes kro's finalizer from a revision. Returns no write when the revision has no
 * such finalizer.
 */
export function release(
  revision: KubeObject,
  reason: string,
  { retires = false } = {},
): ReleaseRevisionWrite[] {
  const patch = finalizerRemoval(revision);
  if (!patch) return [];
  return [{
    type: "releaseRevision",
    reason,
    retires,
    ref: revisionRef(revision),
    patch,
    resourceVersion: revision.metadata.resourceVersion,
  }];
}

/**
 * Returns the topological order and the dependencies of the graph's nodes, as fields for the status of an
 * RGD or a revision. Both lists are empty without a graph.
 */
export function orderOf(
  graph: Graph | undefined,
): { topologicalOrder: string[]; resources: ResourceInformation[] } {
  return {
    topologicalOrder: [...graph?.order ?? []],
    resources: (graph?.resources ?? []).map(({ id, dependencies }) => ({ id, dependencies })),
  };
}

function adoption(rgd: ResourceGraphDefinition, revision: GraphRevision): Write[] {
  const owners = revision.metadata.ownerReferences ?? [];
  if (owners.some((o) => o.controller && o.uid === rgd.metadata.uid)) return [];
  const others = owners.filter((o) => o.kind !== RGD_KIND.kind || o.name !== rgd.metadata.name);
  const ownerReferences = [...others, controllerReference(rgd)] as unknown as JsonObject[];
  return [{
    type: "adoptRevision",
    reason: "the revision has another controller, or none",
    ref: revisionRef(revision),
    patch: { metadata: { ownerReferences } },
    resourceVersion: revision.metadata.resourceVersion,
  }];
}

function controllerReference(rgd: ResourceGraphDefinition): OwnerReference {
  return {
    apiVersion: apiVersionOf(RGD_KIND),
    kind: RGD_KIND.kind,
    name: rgd.metadata.name!,
    uid: rgd.metadata.uid!,
    controller: true,
  };
}

function verified(name: string, verdict: Graph | string): ConditionUpdate {
  const type = "GraphVerified";
  if (typeof verdict !== "string") {
    const message = "graph revision compiled and verified";
    return { type, status: "True", reason: "Verified", message };
  }
  const message = `failed to compile graph revision "${name}": ${verdict}`;
  return { type, status: "False", reason: "InvalidGraph", message };
}
