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
  type ResourceGraphDefinition,
  RGD_KIND,
} from "../api/mod.ts";
import { type Graph, MAX_COLLECTION_SIZE } from "../graph/mod.ts";
import { kindsOfCrd, withDefaults } from "../openapi/mod.ts";
import { MemoryCluster, reconcile } from "../reconcile/mod.ts";
import { builtIn, compileSet } from "./compile_set.ts";
import { type CostFlags, costLimits } from "./cost_flags.ts";
import { Exit, UsageError } from "./errors.ts";
import { compileOptions, type GateFlags } from "./feature_gates.ts";
import { readManifests } from "./manifests.ts";
import { findingsOf, findingText } from "./findings.ts";
import type { Output } from "./output.ts";
import { isOfKind } from "./report.ts";
import { toYaml } from "./yaml.ts";

/** The flags of `kro render`. */
export interface RenderFlags extends GateFlags, CostFlags {
  /** The files and folders that `-f` names; at least one. */
  filename: string[];
  /** The namespace of instances that have no namespace, set by `-n`. */
  namespace: string;
}

/** Runs `kro render`, which prints the generated CRDs and the objects as YAML. Returns the exit code. */
export async function render(flags: RenderFlags, output: Output): Promise<number> {
  const manifests = await readManifests(flags.filename);
  const objects = manifests.map((manifest) => manifest.object);
  const sources = manifests.filter(({ object }) => isOfKind(object, RGD_KIND));
  const rgds = sources.map(({ object }) => object as ResourceGraphDefinition);
  if (rgds.length === 0) throw new UsageError("there is no ResourceGraphDefinition in these files");
  const crds = objects.filter((o) => isOfKind(o, CRD_KIND));
  const instances = objects.filter((o) => !isOfKind(o, RGD_KIND) && !isOfKind(o, CRD_KIND));

  const verdicts = await compileSet(rgds, crds, builtIn(), compileOptions(flags));
  for (const [i, { problems }] of verdicts.entries()) {
    for (const finding of findingsOf(sources[i]!, problems)) output.err(findingText(finding));
  }
  const graphs = verdicts.flatMap(({ graph }) => graph ?? []);
  const documents: unknown[] = graphs.map((graph) => graph.crd);
  for (const instance of instances) {
    const gvk = parseGvk(instance.apiVersion, instance.kind);
    const graph = graphs.find((g) => gvk && gvkKey(g.instance) === gvkKey(gvk));
    if (graph) documents.push(...await renderInstance(graph, instance, flags, output));
    else {
      const name = `${instance.kind} ${instance.metadata.name}`;
      output.err(`${name}: no graph of these files serves it`);
    }
  }
  output.out(documents.map(toYaml).join("---\n"));
  return graphs.length < rgds.length ? Exit.failed : Exit.ok;
}

async function renderInstance(
  graph: Graph,
  given: KubeObject,
  flags: RenderFlags,
  output: Output,
): Promise<KubeObject[]> {
  const kind: KindRef = graph.instance;
  const namespace = kind.namespaced ? given.metadata.namespace ?? flags.namespace : undefined;
  const cluster = new MemoryCluster({ kinds: [...graph.nodes.values()].map((node) => node.kind) });
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
  for (const node of outcome.nodes) {
    if (node.state === "Ready" || node.objects.length > 0) continue;
    output.err(`node "${node.id}" is not rendered: ${node.state}: ${node.reason ?? ""}`);
  }
  const rendered: KubeObject[] = [];
  for (const node of outcome.nodes) {
    for (const { namespace, name, action } of node.objects) {
      if (action === "observed") continue;
      const object = await cluster.get({ kind: graph.nodes.get(node.id)!.kind, namespace, name });
      if (object) rendered.push(authored(object));
    }
  }
  return rendered;
}

/** Returns the object without the metadata that an API server adds. */
function authored(object: KubeObject): KubeObject {
  const { name, namespace, labels, annotations } = object.metadata;
  return { ...object, metadata: { name, namespace, labels, annotations } };
}
