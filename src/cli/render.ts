/**
 * `kro render`: prints the objects that instances would create. The instances are reconciled in memory, with
 * the built-in schemas.
 */
import {
  CRD_KIND,
  gvkKey,
  type KindRef,
  type KubeObject,
  parseGvk,
  refKey,
  type ResourceGraphDefinition,
  RGD_KIND,
} from "../api/mod.ts";
import { type Graph, MAX_COLLECTION_SIZE } from "../graph/mod.ts";
import { kindsOfCrd, withDefaults } from "../openapi/mod.ts";
import { type MemoryCluster, reconcile } from "../reconcile/mod.ts";
import { builtIn, compileSet } from "./compile_set.ts";
import { type CostFlags, costLimits } from "./cost_flags.ts";
import { Exit, UsageError } from "./errors.ts";
import { compileOptions, type GateFlags } from "./feature_gates.ts";
import { readManifests } from "./manifests.ts";
import { findingsOf, findingText } from "./findings.ts";
import type { Output } from "./output.ts";
import { RecordingCluster } from "./recording_cluster.ts";
import { isOfKind } from "./report.ts";
import { unknownFields } from "./unknown_fields.ts";
import { toYaml } from "./yaml.ts";

/** The flags of `kro render`. */
export interface RenderFlags extends GateFlags, CostFlags {
  /** The files and folders that `-f` names; at least one. */
  filename: string[];
  /** The files and folders with the instances, set by `-i`; those of `-f` when absent. */
  instance?: string[];
  /** The namespace of instances that have no namespace, set by `-n`. */
  namespace: string;
  /** The files and folders with objects that exist in the cluster, set by `--observed`. */
  observed?: string[];
}

/** An object of an instance, with the id of the node that it belongs to. */
interface Rendered {
  node: string;
  object: KubeObject;
}

/**
 * Runs `kro render`, which prints the generated CRDs and the objects as YAML, in apply order. A comment above
 * each object names its node. Returns the exit code: 1 if an RGD has problems, or if an instance or a node was
 * not rendered.
 */
export async function render(flags: RenderFlags, output: Output): Promise<number> {
  const manifests = await readManifests(flags.filename);
  const objects = manifests.map((manifest) => manifest.object);
  const sources = manifests.filter(({ object }) => isOfKind(object, RGD_KIND));
  const rgds = sources.map(({ object }) => object as ResourceGraphDefinition);
  if (rgds.length === 0) throw new UsageError("there is no ResourceGraphDefinition in these files");
  const crds = objects.filter((o) => isOfKind(o, CRD_KIND));
  const instances = (flags.instance ? await objectsOf(flags.instance) : objects)
    .filter((o) => !isOfKind(o, RGD_KIND) && !isOfKind(o, CRD_KIND));

  const observed = flags.observed ? await objectsOf(flags.observed) : [];
  const verdicts = await compileSet(rgds, crds, builtIn(), compileOptions(flags));
  for (const [i, { rgd, problems }] of verdicts.entries()) {
    const found = [...problems, ...unknownFields(rgd)];
    for (const finding of findingsOf(sources[i]!, found)) output.err(findingText(finding));
  }
  const graphs = verdicts.flatMap(({ graph }) => graph ?? []);
  const documents = graphs.map((graph) => toYaml(graph.crd));
  let complete = graphs.length === rgds.length;
  for (const instance of instances) {
    const gvk = parseGvk(instance.apiVersion, instance.kind);
    const graph = graphs.find((g) => gvk && gvkKey(g.instance) === gvkKey(gvk));
    if (graph) {
      const rendered = await renderInstance(graph, instance, observed, flags, output);
      documents.push(...rendered.objects.map(documentOf));
      complete &&= rendered.complete;
    } else {
      const name = `${instance.kind} ${instance.metadata.name}`;
      output.err(`${name}: no graph of these files serves it`);
      complete = false;
    }
  }
  output.out(documents.join("---\n"));
  return complete ? Exit.ok : Exit.failed;
}

/** Returns the YAML document of an object, below a comment with the id of its node. */
function documentOf({ node, object }: Rendered): string {
  return `# node: ${node}\n${toYaml(object)}`;
}

/** Returns the objects of these files and folders. */
async function objectsOf(paths: readonly string[]): Promise<KubeObject[]> {
  return (await readManifests(paths)).map((manifest) => manifest.object);
}

/** Renders the objects of one instance. `complete` is false if a node was not rendered. */
async function renderInstance(
  graph: Graph,
  given: KubeObject,
  observed: readonly KubeObject[],
  flags: RenderFlags,
  output: Output,
): Promise<{ objects: Rendered[]; complete: boolean }> {
  const kind: KindRef = graph.instance;
  const namespace = kind.namespaced ? given.metadata.namespace ?? flags.namespace : undefined;
  const kinds = [...graph.nodes.values()].map((node) => node.kind);
  const cluster = new RecordingCluster({ kinds });
  for (const object of observed) {
    const own = kinds.find((each) => isOfKind(object, each));
    if (own) putObserved(cluster, own, object, flags.namespace);
  }
  const schema = kindsOfCrd(graph.crd)[0]!.schema;
  const named = { ...given, metadata: { ...given.metadata, namespace } };
  const instance = cluster.put(kind, withDefaults(schema, named));
  const outcome = await reconcile(graph, instance, cluster, {
    now: () => new Date(),
    version: "render",
    podId: "",
    maxCollectionSize: MAX_COLLECTION_SIZE,
    costs: costLimits(flags),
  });
  const absent = outcome.nodes.filter(({ state, objects }) =>
    state === "Failed" || (state !== "Ready" && objects.length === 0)
  );
  for (const { id, state, reason } of absent) {
    const why = reason ?? "includeWhen excludes it, or a node that it reads";
    output.err(`node "${id}" is not rendered: ${state}: ${why}`);
  }
  const objects: Rendered[] = [];
  for (const node of outcome.nodes) {
    for (const { namespace, name } of node.objects) {
      const ref = { kind: graph.nodes.get(node.id)!.kind, namespace, name };
      const object = cluster.rendered.get(refKey(ref))?.object;
      if (object) objects.push({ node: node.id, object: authored(object) });
    }
  }
  return { objects, complete: absent.every(({ state }) => state === "Skipped") };
}

/**
 * Adds an object that exists in the cluster to the cluster in memory. An object without a namespace is added
 * to the default namespace.
 */
function putObserved(
  cluster: MemoryCluster,
  kind: KindRef,
  object: KubeObject,
  namespace: string,
): void {
  const { managedFields: _, ...metadata } = object.metadata;
  const own = kind.namespaced ? { namespace: metadata.namespace ?? namespace } : {};
  cluster.put(kind, { ...object, metadata: { ...metadata, ...own } });
}

/** Returns the object without the metadata that an API server adds. */
function authored(object: KubeObject): KubeObject {
  const { name, namespace, labels, annotations } = object.metadata;
  return { ...object, metadata: { name, namespace, labels, annotations } };
}
