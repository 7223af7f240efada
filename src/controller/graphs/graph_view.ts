/** Builds the view of a graph for the JSON API: kinds, order and expressions, but no values of objects. */
import { apiVersionOf, pathText, type ResourceGraphDefinition } from "../../api/mod.ts";
import { rulesOf } from "../../explain/mod.ts";
import { type Expression, type Field, type Graph, graphCost, type Node } from "../../graph/mod.ts";
import type { ServedGraph } from "../../publish/mod.ts";
import type { GraphRightsView, GraphView, NodeView } from "../view.ts";
import { countHealth, type Health } from "../health.ts";
import type { ReviewedRights } from "./rights_review.ts";

/**
 * Returns the view of an RGD and of the graph that serves its kind.
 *
 * @param healths The health of each instance of the RGD.
 */
export function graphView(
  rgd: ResourceGraphDefinition,
  served: ServedGraph | undefined,
  healths: readonly Health[],
  maxCollectionSize?: number,
): GraphView {
  return {
    name: rgd.metadata.name!,
    serves: served ? servedKind(served.graph) : wantedKind(rgd),
    state: rgdState(rgd),
    revision: served?.revision,
    conditions: rgd.status?.conditions ?? [],
    topologicalOrder: [...served?.graph.order ?? []],
    nodes: [...served?.graph.nodes.values() ?? []].map(nodeView),
    ...(served ? { cost: graphCost(served.graph, maxCollectionSize).pass } : {}),
    instances: healths.length,
    health: countHealth(healths),
  };
}

/** Returns the state of an RGD; `Inactive` before its status was first written. */
export function rgdState(rgd: ResourceGraphDefinition): string {
  return rgd.status?.state ?? "Inactive";
}

/** Returns the message of the condition that makes an RGD inactive; undefined if the RGD is Active. */
export function graphProblem(rgd: ResourceGraphDefinition): string | undefined {
  if (rgdState(rgd) === "Active") return undefined;
  const failed = rgd.status?.conditions?.filter(({ status }) => status === "False") ?? [];
  const cause = failed.find(({ type }) => type !== "Ready") ?? failed[0];
  return cause && `${cause.reason ?? cause.type}: ${cause.message ?? ""}`;
}

/**
 * Returns the permissions that kro needs for a graph, and those of them that kro lacks, as the JSON API shows
 * them.
 *
 * @param rights The reviewed permissions; undefined when kro has not served the graph.
 */
export function rightsView(graph: string, rights: ReviewedRights | undefined): GraphRightsView {
  const { required = [], missing } = rights ?? {};
  return {
    graph,
    reviewed: missing !== undefined,
    required: rulesOf(required),
    missing: rulesOf(missing ?? []),
  };
}

function nodeView(node: Node): NodeView {
  return {
    id: node.id,
    type: node.type,
    apiVersion: apiVersionOf(node.kind),
    kind: node.kind.kind,
    dependencies: [...node.dependencies],
    expressions: [
      ...node.includeWhen.map((e, i) => shown(`includeWhen[${i}]`, e)),
      ...node.forEach.map((d) => shown(`forEach.${d.variable}`, d.list)),
      ...node.fields.map((field) => shown(fieldPath(node, field), field.expression)),
      ...node.readyWhen.map((e, i) => shown(`readyWhen[${i}]`, e)),
    ],
  };
}

function shown(
  path: string,
  { source, nodes, program }: Expression,
): NodeView["expressions"][number] {
  return { path, expression: source, reads: [...nodes], cost: program.cost };
}

function fieldPath(node: Node, field: Field): string {
  const external = node.type === "external" || node.type === "externalCollection";
  return pathText([external ? "externalRef" : "template", ...field.path], isQuotedInJsonPath);
}

/** Returns true when the field name is not an identifier. JSONPath quotes such names. */
function isQuotedInJsonPath(name: string): boolean {
  return !/^[A-Za-z_][\w-]*$/.test(name);
}

function servedKind(graph: Graph): GraphView["serves"] {
  const { kind, plural, namespaced } = graph.instance;
  return { apiVersion: apiVersionOf(graph.instance), kind, plural, namespaced };
}

/** Returns the kind that the RGD declares. Used for an RGD that no graph serves. */
function wantedKind(rgd: ResourceGraphDefinition): GraphView["serves"] {
  const schema = rgd.spec?.schema;
  const gv = { group: schema?.group ?? "kro.run", version: schema?.apiVersion ?? "" };
  const namespaced = schema?.scope !== "Cluster";
  return { apiVersion: apiVersionOf(gv), kind: schema?.kind ?? "", plural: "", namespaced };
}
