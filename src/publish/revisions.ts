/** GraphRevisions of one RGD in the cluster: list, adopt, issue, verify, retire. */
import {
  ApiError,
  apiVersionOf,
  type ConditionUpdate,
  FINALIZER,
  type GraphRevision,
  isNotFound,
  jsonEqual,
  type JsonObject,
  type KubeObject,
  Label,
  Manager,
  type ObjectRef,
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
import type { KubeClient } from "../kube/mod.ts";

/** What the functions of this file need. */
export interface RevisionDeps {
  /** The cluster. */
  client: KubeClient;
  /** Version for the label `kro.run/kro-version`. */
  version: string;
  /** Time for conditions. */
  now: () => Date;
  /** Told of what becomes of revisions, for metrics. */
  events?: RevisionEvents;
}

/** Told of what becomes of revisions. */
export interface RevisionEvents {
  /** One was compiled, well or not. */
  compiled(ok: boolean, seconds: number): void;
  /** The status of one could not be written; `ok`: it says that the revision is good. */
  statusFailed(ok: boolean): void;
  /** An old one was deleted, or could not be. */
  retired(ok: boolean): void;
}

const writer = { fieldManager: Manager.kro };

/**
 * The RGD's revisions, newest first. Those without this RGD as controller are adopted (an RGD made
 * anew under its old name goes on counting); kro lets go of those that are being deleted.
 */
export async function ownRevisions(
  rgd: ResourceGraphDefinition,
  deps: RevisionDeps,
): Promise<GraphRevision[]> {
  const kept: GraphRevision[] = [];
  for (const item of await listRevisions(rgd, deps)) {
    if (item.metadata.deletionTimestamp) await releaseRevision(deps.client, item);
    else kept.push(await adopt(rgd, item, deps));
  }
  return kept;
}

/** The RGD's revisions as they are, newest first. */
export async function listRevisions(
  rgd: ResourceGraphDefinition,
  { client }: Pick<RevisionDeps, "client">,
): Promise<GraphRevision[]> {
  const fieldSelector = `spec.snapshot.name=${rgd.metadata.name}`;
  const { items } = await client.list(REVISION_KIND, { fieldSelector });
  return (items as GraphRevision[]).sort((a, b) => b.spec.revision - a.spec.revision);
}

/** The number that the next revision gets: numbers are never used twice. */
export function nextRevision(
  rgd: ResourceGraphDefinition,
  revisions: readonly GraphRevision[],
): number {
  const newest = revisions[0]?.spec.revision ?? 0;
  return Math.max(rgd.status?.lastIssuedRevision ?? 0, newest) + 1;
}

/** Records the spec as a new revision that is verified by the graph compiled from it. */
export async function issueRevision(
  rgd: ResourceGraphDefinition,
  graph: Graph,
  revision: number,
  deps: RevisionDeps,
): Promise<GraphRevision> {
  const name = rgd.metadata.name!;
  const object = {
    apiVersion: apiVersionOf(REVISION_KIND),
    kind: REVISION_KIND.kind,
    metadata: {
      name: revisionName(name, revision),
      labels: {
        [Label.owned]: "true",
        [Label.kroVersion]: versionLabel(deps.version),
        [Label.rgdName]: name,
        [Label.revisionHash]: graph.hash,
      },
      finalizers: [FINALIZER],
      ownerReferences: [controllerReference(rgd)],
    },
    spec: {
      revision,
      snapshot: { name, generation: rgd.metadata.generation ?? 1, spec: rgd.spec },
    },
  } satisfies KubeObject;
  const created = await deps.client.create(REVISION_KIND, object, writer);
  return await verifyRevision(created as GraphRevision, graph, deps);
}

/** Writes what compiling the snapshot found to the revision's status, when it says otherwise. */
export async function verifyRevision(
  revision: GraphRevision,
  verdict: Graph | string,
  deps: RevisionDeps,
): Promise<GraphRevision> {
  const { metadata, status = {} } = revision;
  const conditions = setConditions(
    REVISION_CONDITIONS,
    status.conditions ?? [],
    [verified(metadata.name!, verdict)],
    {
      generation: metadata.generation ?? 1,
      now: timestamp(deps.now()),
      created: metadata.creationTimestamp ?? timestamp(deps.now()),
    },
  );
  const graph = typeof verdict === "string" ? undefined : verdict;
  const wanted = { conditions, ...orderOf(graph) };
  const stored = {
    conditions: status.conditions,
    topologicalOrder: status.topologicalOrder ?? [],
    resources: status.resources ?? [],
  };
  if (jsonEqual(wanted, stored)) return revision;
  const options = { ...writer, subresource: "status" as const };
  const patch = { status: wanted as unknown as JsonObject };
  try {
    return await deps.client.mergePatch(refOf(revision), patch, options) as GraphRevision;
  } catch (error) {
    deps.events?.statusFailed(graph !== undefined);
    throw error;
  }
}

/** Order and dependencies as the status of RGDs and revisions lists them; empty without a graph. */
export function orderOf(
  graph: Graph | undefined,
): { topologicalOrder: string[]; resources: ResourceInformation[] } {
  return {
    topologicalOrder: [...graph?.order ?? []],
    resources: (graph?.resources ?? []).map(({ id, dependencies }) => ({ id, dependencies })),
  };
}

/** Deletes all but the newest revisions; zero or less keeps all. */
export async function retireRevisions(
  revisions: readonly GraphRevision[],
  keep: number,
  { client, events }: Pick<RevisionDeps, "client" | "events">,
): Promise<void> {
  if (keep <= 0) return;
  for (const old of revisions.slice(keep)) {
    try {
      // The finalizer goes first, so that nobody sees a revision that is waiting to be gone.
      await releaseRevision(client, old);
      await ignoringAbsence(client.delete(refOf(old), { uid: old.metadata.uid }));
    } catch (error) {
      events?.retired(false);
      throw error;
    }
    events?.retired(true);
  }
}

/** Takes kro's finalizer off a revision. */
export async function releaseRevision(client: KubeClient, revision: KubeObject): Promise<void> {
  const finalizers = revision.metadata.finalizers ?? [];
  if (!finalizers.includes(FINALIZER)) return;
  const rest = finalizers.filter((f) => f !== FINALIZER);
  const { resourceVersion } = revision.metadata;
  const patch = { metadata: { finalizers: rest, resourceVersion } };
  await ignoringAbsence(client.mergePatch(refOf(revision), patch, writer));
}

async function adopt(
  rgd: ResourceGraphDefinition,
  revision: GraphRevision,
  deps: RevisionDeps,
): Promise<GraphRevision> {
  const owners = revision.metadata.ownerReferences ?? [];
  if (owners.some((o) => o.controller && o.uid === rgd.metadata.uid)) return revision;
  const others = owners.filter((o) => o.kind !== RGD_KIND.kind || o.name !== rgd.metadata.name);
  const ownerReferences = [...others, controllerReference(rgd)] as unknown as JsonObject[];
  const { resourceVersion } = revision.metadata;
  const patch = { metadata: { ownerReferences, resourceVersion } };
  return await deps.client.mergePatch(refOf(revision), patch, writer) as GraphRevision;
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

function refOf(revision: KubeObject): ObjectRef {
  return { kind: REVISION_KIND, name: revision.metadata.name! };
}

/** Resolves also when the object is gone or another one has its name by now. */
async function ignoringAbsence(request: Promise<unknown>): Promise<void> {
  try {
    await request;
  } catch (error) {
    const replaced = error instanceof ApiError && error.reason === "Conflict";
    if (!replaced && !isNotFound(error)) throw error;
  }
}
