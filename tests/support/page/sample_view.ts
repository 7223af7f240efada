/** A controller's view with many graphs and instances, for screenshots and measurements of the live page. */
import {
  type ControllerView,
  type GraphView,
  type Health,
  HEALTHS,
  type InstanceView,
  type NodeView,
} from "../../../src/controller/mod.ts";
import type { NodeState } from "../../../src/reconcile/mod.ts";
import { view } from "../server/view.ts";

/** The sizes of a {@link sampleView}. */
export interface SampleSize {
  /** The number of graphs. */
  graphs: number;
  /** The number of instances of the first graph. */
  instances: number;
  /** The number of nodes of each graph. */
  nodes: number;
  /** The number of objects of the collection in the first graph. */
  items: number;
}

const NAMES = [
  "checkout",
  "payments",
  "search",
  "catalog",
  "identity",
  "ledger",
  "media",
  "orders",
];
/** The ID, API version and kind of each node of a sample graph. Graphs with more nodes repeat these nodes. */
const NODES: readonly (readonly [string, string, string])[] = [
  ["config", "v1", "ConfigMap"],
  ["account", "v1", "ServiceAccount"],
  ["deployment", "apps/v1", "Deployment"],
  ["service", "v1", "Service"],
  ["ingress", "networking.k8s.io/v1", "Ingress"],
  ["scaler", "autoscaling/v2", "HorizontalPodAutoscaler"],
  ["workers", "batch/v1", "Job"],
  ["network", "net.example.com/v1", "Network"],
];
/** The graph that defines the kind of the node `network`. */
const NESTED = { graph: "media", apiVersion: "net.example.com/v1", kind: "Network" };
const COST = { min: 3, max: 140 };
const REFUSAL =
  "the API server refused the Deployment: spec.replicas: Invalid value: -1: must be at least 0";
const WAIT =
  "readyWhen[0] is false: ${deployment.status.availableReplicas == schema.spec.replicas}";

/**
 * Returns a view of made-up graphs and instances. Every 41st instance has failed, and every 17th instance
 * waits for a node.
 */
export function sampleView(size: SampleSize): ControllerView {
  const names = Array.from(
    { length: size.graphs },
    (_, i) => i < NAMES.length ? NAMES[i]! : `${NAMES[i % NAMES.length]}-${i}`,
  ).sort();
  const keys = Array.from(
    { length: size.instances },
    (_, i) => `team-${i % 7}/${names[0]}-${String(i).padStart(4, "0")}`,
  ).sort();
  const nodes = nodesOf(size.nodes);
  const indexes = new Map(keys.map((key, i) => [key, i]));
  const keysOf = (graph: string) => graph === names[0] ? keys : keys.slice(0, graph.length % 5);
  const instanceOf = (key: string) => instance(key, indexes.get(key)!, nodes, size.items);
  const healths = (graph: string) => {
    const counts = Object.fromEntries(HEALTHS.map((each) => [each, 0])) as Record<Health, number>;
    for (const key of keysOf(graph)) counts[healthAt(indexes.get(key)!)]++;
    return counts;
  };
  const graph = (name: string): GraphView => ({
    name,
    serves: {
      apiVersion: name === NESTED.graph ? NESTED.apiVersion : "shop.example.com/v1",
      kind: name === NESTED.graph
        ? NESTED.kind
        : `${name[0]!.toUpperCase()}${name.slice(1).replace(/-\d+/, "")}App`,
      plural: "apps",
      namespaced: true,
    },
    state: name.endsWith("13") ? "Inactive" : "Active",
    revision: 1 + name.length % 4,
    conditions: [{
      type: "Ready",
      status: name.endsWith("13") ? "False" : "True",
      reason: name.endsWith("13") ? "InvalidResourceGraph" : "Ready",
      message: name.endsWith("13")
        ? "resources[2].template.spec.replicas: expected integer, got string"
        : "",
      lastTransitionTime: new Date(Date.now() - 3_700_000).toISOString(),
    }],
    topologicalOrder: nodes.map(({ id }) => id),
    nodes,
    cost: { min: 41, max: 9310 },
    instances: keysOf(name).length,
    health: healths(name),
  });
  return {
    ...view,
    graphNames: () => names,
    graph: (name) => names.includes(name) ? graph(name) : undefined,
    graphFacts: (name) => names.includes(name) ? { state: graph(name).state } : undefined,
    definition: (name) => names.includes(name) ? definition(name, nodes) : undefined,
    causes: () =>
      names.length === 0 ? [] : [
        {
          cause: `deployment: ${REFUSAL}`,
          count: Math.ceil(size.instances / 41),
          graphs: [names[0]!],
          affected: keys.filter((_, i) => i % 41 === 3).slice(0, 100).map((key) => ({
            graph: names[0]!,
            namespace: key.split("/")[0]!,
            name: key.split("/")[1]!,
          })),
        },
        {
          cause:
            "InvalidResourceGraph: resources[2].template.spec.replicas: expected integer, got string",
          count: 2,
          graphs: names.filter((name) => name.endsWith("13")),
          affected: names.filter((name) => name.endsWith("13")).map((graph) => ({ graph })),
        },
      ],
    graphRights: (graph) =>
      names.includes(graph)
        ? {
          graph,
          reviewed: true,
          required: [
            { apiGroups: ["apps"], resources: ["deployments"], verbs: ["get", "list", "watch"] },
            { apiGroups: [""], resources: ["services"], verbs: ["create", "patch", "delete"] },
          ],
          missing: [{ apiGroups: ["apps"], resources: ["deployments"], verbs: ["patch"] }],
        }
        : undefined,
    instanceKeys: (name) => names.includes(name) ? keysOf(name) : undefined,
    instance: (name, key) => {
      if (name === NESTED.graph) return instance(key, 5, nodes, 3);
      return keysOf(name).includes(key) ? instanceOf(key) : undefined;
    },
    objectRef: (name, key, object) => {
      const [namespace, own = ""] = key.split("/");
      const { serves: { kind: ownKind } } = graph(name);
      const kind = object ? nodes.find(({ id }) => id === object.node)!.kind : ownKind;
      return {
        kind: { group: "", version: "v1", kind, plural: "objects", namespaced: true },
        namespace,
        name: object?.name ?? own,
      };
    },
    instanceFacts: (name, key) =>
      keysOf(name).includes(key) ? { state: instanceOf(key).state } : undefined,
  };
}

function healthAt(i: number): Health {
  if (i % 41 === 3) return "error";
  if (i % 17 === 5) return "progressing";
  if (i % 97 === 60) return "suspended";
  return i % 389 === 200 ? "deleting" : "ready";
}

function nodesOf(count: number): NodeView[] {
  const idAt = (i: number) => NODES[i % NODES.length]![0] + (i < NODES.length ? "" : i);
  return Array.from({ length: count }, (_, i) => {
    const id = idAt(i);
    const [, apiVersion, kind] = NODES[i % NODES.length]!;
    const dependencies = i === 0
      ? []
      : [...new Set([idAt(Math.floor(i / 2)), idAt(Math.max(0, i - 5))])].filter((each) =>
        each !== id
      );
    const type = id.startsWith("workers")
      ? "collection"
      : id.startsWith("network")
      ? "external"
      : "resource";
    return {
      id,
      type,
      apiVersion,
      kind,
      dependencies,
      expressions: [
        ...(i % 6 === 5
          ? [{
            path: "includeWhen[0]",
            expression: "${schema.spec.scale.enabled}",
            reads: [],
            cost: COST,
          }]
          : []),
        ...dependencies.map((from) => ({
          path: `template.spec.${from}Name`,
          expression: `\${${from}.metadata.name}`,
          reads: [from],
          cost: COST,
        })),
        { path: "readyWhen[0]", expression: `\${${id}.status.ready}`, reads: [], cost: COST },
      ],
    };
  });
}

function instance(key: string, i: number, nodes: readonly NodeView[], items: number): InstanceView {
  const [namespace = "", name = ""] = key.split("/");
  const health = healthAt(i);
  const state = ({ error: "ERROR", progressing: "IN_PROGRESS", deleting: "DELETING" } as const)[
    health as "error"
  ] ?? "ACTIVE";
  const nodeState = (at: number): NodeState => {
    if (health === "error" && at >= 2) return at === 2 ? "Failed" : "Pending";
    if (health === "progressing" && at >= 3) return at === 3 ? "Waiting" : "Pending";
    return at % 6 === 5 ? "Skipped" : "Ready";
  };
  return {
    namespace,
    name,
    uid: key,
    state,
    health,
    conditions: [
      {
        type: "InstanceManaged",
        status: "True",
        reason: "Managed",
        lastTransitionTime: new Date(Date.now() - 86_400_000).toISOString(),
      },
      {
        type: "ResourcesReady",
        status: health === "error" ? "False" : health === "progressing" ? "Unknown" : "True",
        reason: ["error", "progressing"].includes(health) ? "NotReady" : "AllResourcesReady",
        message: health === "error" ? REFUSAL : health === "progressing" ? WAIT : "",
        lastTransitionTime: new Date(Date.now() - 420_000).toISOString(),
      },
      {
        type: "Ready",
        status: health === "error" ? "False" : health === "progressing" ? "Unknown" : "True",
        reason: ["error", "progressing"].includes(health) ? "NotReady" : "Ready",
        lastTransitionTime: new Date(Date.now() - 420_000).toISOString(),
      },
    ],
    nodes: nodes.map(({ id, kind, apiVersion, type }, at) => ({
      id,
      state: nodeState(at),
      ...(nodeState(at) === "Failed" && { reason: REFUSAL }),
      ...(nodeState(at) === "Waiting" && { reason: WAIT }),
      ...(nodeState(at) === "Pending" && { reason: "waits for deployment" }),
      objects: nodeState(at) === "Pending"
        ? []
        : Array.from({ length: type === "collection" ? items : 1 }, (_, n) => ({
          apiVersion,
          kind,
          namespace,
          name: type === "collection" ? `${name}-${n}` : `${name}-${id}`,
          action: "unchanged" as const,
        })),
    })),
    lastPass: new Date(Date.now() - 12_000).toISOString(),
  };
}

function definition(graph: string, nodes: readonly NodeView[]) {
  return {
    graph,
    nodes: nodes.map(({ id, kind, apiVersion, dependencies }) => ({
      id,
      template: {
        apiVersion,
        kind,
        metadata: {
          name: `\${schema.metadata.name + "-${id}"}`,
          labels: { app: "${schema.metadata.name}" },
        },
        spec: Object.fromEntries([
          ["replicas", "${schema.spec.replicas}"],
          ...dependencies.map((from) => [`${from}Name`, `\${${from}.metadata.name}`]),
        ]),
      },
      forEach: [],
      includeWhen: [],
      readyWhen: [`\${${id}.status.ready}`],
    })),
    spec: [
      {
        path: "spec.replicas",
        type: "integer",
        default: "2",
        description: "The number of pods; at least 0; at most 50",
      },
      {
        path: "spec.image",
        type: "string",
        default: "required",
        description: "The image of the container",
      },
      { path: "spec.scale.enabled", type: "boolean", default: "false", description: "" },
    ],
    status: [{ path: "status.url", type: "string", default: "", description: "" }],
    sample:
      `apiVersion: shop.example.com/v1\nkind: App\nmetadata:\n  name: app\n  namespace: default\nspec:\n  # The number of pods\n  # integer; at least 0; at most 50\n  replicas: 2\n  # string; required\n  image: ""\n`,
  };
}
