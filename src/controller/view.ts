/** The read-only view of a running controller, for the HTTP endpoints. */
import type { Condition } from "../api/mod.ts";
import type { CostEstimate } from "../cel/mod.ts";
import type { InstanceState, NodeOutcome } from "../reconcile/mod.ts";

/** A node of a graph as the JSON API shows it. */
export interface NodeView {
  /** Node id. */
  id: string;
  /** resource, collection, external or externalCollection. */
  type: string;
  /** API version of its objects. */
  apiVersion: string;
  /** Kind of its objects. */
  kind: string;
  /** Ids of the nodes that must be ready first. */
  dependencies: string[];
  /** Expressions by path: `template.spec.replicas`, `readyWhen[0]`, `forEach.zone`. */
  expressions: { path: string; expression: string; cost: CostEstimate }[];
}

/** A graph as the JSON API shows it. */
export interface GraphView {
  /** Name of the RGD. */
  name: string;
  /** The kind that the graph serves. */
  serves: { apiVersion: string; kind: string; plural: string; namespaced: boolean };
  /** `status.state` of the RGD. */
  state: string;
  /** Revision that instances are reconciled by; absent without a graph. */
  revision?: number;
  /** Conditions of the RGD. */
  conditions: Condition[];
  /** Node ids in topological order. */
  topologicalOrder: string[];
  /** Nodes in that order. */
  nodes: NodeView[];
  /** Estimate of the CEL cost of one pass, from limits in the schemas; absent without a graph. */
  cost?: CostEstimate;
  /** Number of instances. */
  instances: number;
}

/** An instance as the JSON API shows it, without values of its objects. */
export interface InstanceView {
  /** Namespace; empty for cluster-scoped kinds. */
  namespace: string;
  /** Name. */
  name: string;
  /** UID. */
  uid: string;
  /** `status.state`; empty before the first status. */
  state: InstanceState | "";
  /** Conditions that the last pass found. */
  conditions: Condition[];
  /** The nodes after the last pass: state, objects, and why a node is not ready. */
  nodes: NodeOutcome[];
  /** End of the last pass, RFC 3339; absent before the first. */
  lastPass?: string;
}

/** The state of a running controller, in memory: no method sends a request. */
export interface ControllerView {
  /** Whether the controller is ready, or what is missing: `cache of deployments.apps is not synced`. */
  readiness(): { ready: boolean; missing: string[] };
  /** Whether the controller is healthy, or which pass hangs: `the pass over … has run for 700 s`. */
  health(): { healthy: boolean; problem?: string };
  /** The names of all graphs, sorted. */
  graphNames(): readonly string[];
  /** The graph of that name; undefined when it is not known. */
  graph(name: string): GraphView | undefined;
  /** The keys of a graph's instances, `namespace/name`, sorted as strings; undefined for an unknown graph. */
  instanceKeys(graph: string): readonly string[] | undefined;
  /** The instance of that key; undefined when it is not known. */
  instance(graph: string, key: string): InstanceView | undefined;
  /** All metrics in Prometheus' text format. */
  metrics(): Promise<string>;
}
