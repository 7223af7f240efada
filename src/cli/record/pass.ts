/** Runs the pass that a record contains, and repeats the pass for `kro replay`. */
import {
  type GroupVersionKind,
  gvkKey,
  type KubeObject,
  Label,
  type ObjectRef,
  type ResourceGraphDefinition,
  servedKind,
  timestamp,
  VERSION,
} from "../../api/mod.ts";
import { ClusterRecorder, PlanCluster, PlanStore, ReplayCluster } from "../../clusters/mod.ts";
import { hider, maskedRgd, SecretMask, unreproducible } from "../../explain/mod.ts";
import {
  type CompileOptions,
  type CostLimits,
  type Graph,
  kindsOf,
  MAX_COLLECTION_SIZE,
} from "../../graph/mod.ts";
import { type KindInfo, resolveKinds } from "../../openapi/mod.ts";
import { buildGraph, planGraph, problemsText } from "../../publish/mod.ts";
import {
  applySetId,
  type Cluster,
  isSuspended,
  type Outcome,
  type PassContext,
  reconcile,
} from "../../reconcile/mod.ts";
import { UsageError } from "../errors.ts";
import type { Session } from "../session.ts";
import { RECORD_API, recordedKind, type RecordFile, schemasOf } from "./file.ts";
import { maskedCalls } from "./mask.ts";

/** A graph of the cluster, with the RGD from whose spec the graph was compiled. */
export interface SourcedGraph {
  /** The compiled graph. */
  graph: Graph;
  /** The RGD with the spec of the graph, which may be the spec of an earlier revision. */
  rgd: ResourceGraphDefinition;
  /** The number of the graph revision. */
  revision: number;
}

/**
 * Returns the graph that serves a kind; undefined when none of the RGDs defines the kind. Rejects with
 * UsageError when the RGD of the kind has problems and no earlier revision is usable.
 */
export async function graphOf(
  { client, schemas, compile }: Session,
  kind: GroupVersionKind,
  rgds: readonly ResourceGraphDefinition[],
): Promise<SourcedGraph | undefined> {
  const rgd = rgds.find((each) => {
    const served = servedKind(each);
    return served && gvkKey(served) === gvkKey(kind);
  });
  if (!rgd) return undefined;
  const deps = { client, schemas, compile, version: VERSION, now: () => new Date() };
  const { known, publication } = await planGraph(rgd, deps);
  const { served } = publication;
  if (!served) {
    const { name } = rgd.metadata;
    const problems = problemsText(known.build.problems).replaceAll("\n", "; ");
    throw new UsageError(
      `the ResourceGraphDefinition "${name}" has no usable graph: ${
        problems || publication.error || "kro has not published it yet"
      }`,
    );
  }
  const snapshot = known.revisions.find(({ spec }) => spec.revision === served.revision)?.spec
    .snapshot;
  const isPresent = known.build.graph === served.graph || !snapshot;
  return { ...served, rgd: isPresent ? rgd : { ...rgd, spec: snapshot.spec } };
}

/** The inputs of {@link recordPass}. */
export interface PassInput {
  /** The graph of the instance. */
  source: SourcedGraph;
  /** The instance. */
  ref: ObjectRef;
  /** The instance as it is in the cluster. */
  instance: KubeObject;
  /** The cluster whose answers are recorded. Its methods must not change an object. */
  cluster: Cluster;
  /** The kinds against which the graph was compiled. */
  kinds: Iterable<KindInfo>;
  /** The options of the compilation. */
  compile: CompileOptions;
  /** The limits of the cost of CEL expressions. */
  costs: CostLimits;
  /** Whether this instance is an object of another instance, which computed it from values of Secrets. */
  isConfidential: boolean;
  /** The time of the pass. */
  now: Date;
}

/** Runs one pass over the instance, and returns the record of the pass. */
export async function recordPass(input: PassInput): Promise<RecordFile> {
  const { source: { graph, rgd, revision }, ref, instance, isConfidential } = input;
  const recorder = new ClusterRecorder(input.cluster);
  const hide = hider(crypto.getRandomValues(new Uint8Array(32)));
  const file: Omit<RecordFile, "calls" | "nodes"> = {
    apiVersion: RECORD_API,
    kind: "Record",
    kroVersion: VERSION,
    time: timestamp(input.now),
    rgd: maskedRgd(rgd, hide) as ResourceGraphDefinition,
    kinds: await Promise.all([...input.kinds].map(recordedKind)),
    settings: {
      compile: input.compile,
      costs: input.costs,
      revision,
      suspended: isSuspended(rgd),
      podId: instance.metadata.labels?.[Label.controllerPodId] ?? "",
    },
    instance: new SecretMask(graph, hide, isConfidential).instance(instance),
    unreproducible: isConfidential ? [...graph.order] : unreproducible(graph),
  };
  const outcome = await reconcile(graph, instance, recorder, contextOf(file));
  const calls = maskedCalls(recorder, { graph, ref, hide, isConfidential });
  return { ...file, calls, nodes: outcome.nodes };
}

/**
 * Records a pass over an instance of the cluster. The pass writes nothing: the API server answers each write
 * by a dry run.
 */
export async function recordInstance(
  session: Session,
  source: SourcedGraph,
  ref: ObjectRef,
  instance: KubeObject,
  isConfidential: boolean,
): Promise<RecordFile> {
  const { client, discovery, schemas, costs, compile } = session;
  const now = new Date();
  const store = new PlanStore({ client, discovery, schemas, now: () => now, isWhole: false });
  const reader = { applySet: applySetId(ref.kind, instance), namespace: ref.namespace };
  const cluster = new PlanCluster(store, instance, reader);
  const kinds = (await resolveKinds(schemas, kindsOf(source.rgd))).values();
  const input = { source, ref, instance, cluster, kinds, compile, costs, isConfidential, now };
  return await recordPass(input);
}

/** Repeats the pass of a record. Rejects with UsageError when the recorded RGD does not compile. */
export async function replayPass(record: RecordFile): Promise<Outcome> {
  const { rgd, settings, instance, calls } = record;
  const { graph, problems } = await buildGraph(rgd, {
    schemas: schemasOf(record),
    compile: settings.compile,
  });
  if (!graph) {
    throw new UsageError(
      `the recorded ResourceGraphDefinition "${rgd.metadata.name}" does not compile: ${
        problemsText(problems).replaceAll("\n", "; ")
      }`,
    );
  }
  return await reconcile(graph, instance, new ReplayCluster(calls, instance), contextOf(record));
}

function contextOf(
  { time, settings, rgd }: Pick<RecordFile, "time" | "settings" | "rgd">,
): PassContext {
  const now = new Date(time);
  return {
    now: () => now,
    version: VERSION,
    podId: settings.podId,
    maxCollectionSize: MAX_COLLECTION_SIZE,
    costs: settings.costs,
    rgdUid: rgd.metadata.uid,
    instanceRevision: settings.revision,
    suspended: settings.suspended,
  };
}

/**
 * Returns whether this instance is a child object of another instance, and the node of this child object reads
 * values of Secrets. The labels of a child object name its instance and its node.
 */
export async function isComputedFromSecrets(
  session: Session,
  { metadata: { labels = {} } }: KubeObject,
  rgds: readonly ResourceGraphDefinition[],
): Promise<boolean> {
  const {
    [Label.nodeId]: id,
    [Label.instanceGroup]: group = "",
    [Label.instanceVersion]: version = "",
    [Label.instanceKind]: kind = "",
  } = labels;
  if (id === undefined) return false;
  const parent = await graphOf(session, { group, version, kind }, rgds);
  return parent?.graph.nodes.get(id)?.confidential ?? true;
}
