/** Compares the objects of an instance under two revisions of its graph, without a dry run and without a write. */
import { hostname } from "node:os";
import {
  Annotation,
  type GraphRevision,
  groupKind,
  type GroupVersionKind,
  type KubeObject,
  Label,
  problemText,
  REVISION_KIND,
  type RgdSpec,
  VERSION,
} from "../../api/mod.ts";
import { DesiredCluster, ReadOnlyCluster } from "../../clusters/mod.ts";
import { comparedObjects, crdSchema, type Rendering } from "../../explain/mod.ts";
import type { CostLimits, Graph } from "../../graph/mod.ts";
import { Discovery, type KubeClient } from "../../kube/mod.ts";
import { withDefaults } from "../../openapi/mod.ts";
import type { Attempt } from "../../publish/mod.ts";
import { reconcile } from "../../reconcile/mod.ts";
import { type RevisionComparison, type RevisionSide, UnknownRevision } from "../../server/mod.ts";

/** Compiles the revisions of graphs. */
export interface GraphRevisions {
  /** Compiles an RGD with the spec of one of its revisions; undefined when the RGD does not exist. */
  compile(graph: string, spec: RgdSpec): Promise<Attempt | undefined>;
  /** Returns the fields of a kind's instances that its graph copies into Secrets. */
  secretInputs(kind: GroupVersionKind): Graph["secretInputs"];
  /** The limits of the passes over instances. */
  readonly limits: { maxCollectionSize: number; costs?: CostLimits };
}

/** The instance and the two revisions of {@link compareRevisions}. */
export interface RevisionQuestion {
  /** The name of the RGD. */
  graph: string;
  /** The namespace of the instance; absent for a cluster-scoped instance. */
  namespace?: string;
  /** The name of the instance. */
  name: string;
  /** The number of the first revision. */
  from: number;
  /** The number of the second revision. */
  to: number;
}

/**
 * Compiles both revisions and collects the objects that each of them wants for the instance. Both passes read the
 * same live objects. The compiled graphs are not kept.
 *
 * @returns The comparison; undefined when the graph or the instance does not exist. Rejects with
 * {@link UnknownRevision} when the graph has no such revision, and with ApiError when a read is refused.
 */
export async function compareRevisions(
  graphs: GraphRevisions,
  client: KubeClient,
  { graph: name, from, to, ...at }: RevisionQuestion,
): Promise<RevisionComparison | undefined> {
  const fieldSelector = `spec.snapshot.name=${name}`;
  const revisions = (await client.list(REVISION_KIND, { fieldSelector })).items as GraphRevision[];
  const builds: Attempt[] = [];
  for (const number of [from, to]) {
    const found = revisions.find(({ spec }) => spec.revision === number);
    if (!found) throw new UnknownRevision(`graph "${name}" has no revision ${number}`);
    const build = await graphs.compile(name, found.spec.snapshot.spec);
    if (!build) return undefined;
    builds.push(build);
  }
  const graph = builds[1]!.graph ?? builds[0]!.graph;
  const sides = [from, to].map((revision, i): RevisionSide => ({
    revision,
    problems: problemsOf(builds[i]!),
    unknown: [],
  })) as [RevisionSide, RevisionSide];
  if (!graph) return { from: sides[0], to: sides[1], objects: [], equal: 0 };
  const instance = await client.get({ kind: graph.instance, ...at });
  if (!instance) return undefined;
  const discovery = new Discovery(client);
  const reads = new ReadOnlyCluster(client, discovery, graph.instance, instance);
  const renderings = await Promise.all(builds.map(async ({ graph }, i) => {
    if (!graph) return undefined;
    const { unknown, ...rendering } = await rendered(graph, instance, reads, graphs.limits);
    sides[i]!.unknown = unknown;
    return rendering;
  }));
  const [before, after] = renderings;
  if (!before || !after) return { from: sides[0], to: sides[1], objects: [], equal: 0 };
  const objects = comparedObjects(before, after, {
    isNested: instance.metadata.labels?.[Label.nodeId] !== undefined,
    secretInputs: (kind) => graphs.secretInputs(kind),
  });
  const changed = objects.filter(({ change }) => change === "changed").length;
  const shared = [...before.objects.keys()].filter((key) => after.objects.has(key)).length;
  return { from: sides[0], to: sides[1], objects, equal: shared - changed };
}

function problemsOf({ problems, unavailable }: Attempt): string[] {
  return unavailable === undefined ? problems.map(problemText) : [unavailable];
}

/** Runs a pass that collects the objects of the instance under one graph. */
async function rendered(
  graph: Graph,
  live: KubeObject,
  reads: ReadOnlyCluster,
  limits: GraphRevisions["limits"],
): Promise<Rendering & { unknown: RevisionSide["unknown"] }> {
  // A pass over a suspended instance, or over one that is being deleted, would not collect any object.
  const { deletionTimestamp: _, annotations, ...metadata } = live.metadata;
  const { [Annotation.reconcile]: __, ...kept } = annotations ?? {};
  const active = { ...live, metadata: { ...metadata, annotations: kept } };
  const instance = withDefaults(crdSchema(graph.crd), active);
  const schemas = new Map(
    [...graph.nodes.values()].map(({ kind }) => [groupKind(kind), kind.schema]),
  );
  const now = () => new Date();
  const cluster = new DesiredCluster(reads, instance, {
    schemaOf: (kind) => schemas.get(groupKind(kind)),
    now,
  });
  const outcome = await reconcile(graph, instance, cluster, {
    now,
    version: VERSION,
    podId: hostname(),
    ...limits,
    assumeReady: true,
  });
  const unknown = outcome.nodes
    .filter(({ state, objects }) =>
      state === "Failed" || (state !== "Ready" && state !== "Skipped" && objects.length === 0)
    )
    .map(({ id, state, reason = "" }) => ({ node: id, state, reason }));
  return { graph, objects: cluster.desired, unknown };
}
