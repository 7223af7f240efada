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
  /** Ids that must be ready first. */
  dependencies: string[];
  /** Expressions by place: `template.spec.replicas`, `readyWhen[0]`, `forEach.zone`. */
  expressions: { path: string; expression: string; cost: CostEstimate }[];
}

/** A graph as the JSON API shows it. */
export interface GraphView {
  /** Name of the RGD. */
  name: string;
  /** Kind that it serves. */
  serves: { apiVersion: string; kind: string; plural: string; namespaced: boolean };
  /** `status.state` of the RGD. */
  state: string;
  /** Revision that instances are reconciled by; absent without a graph. */
  revision?: number;
  /** Conditions of the RGD. */
  conditions: Condition[];
  /** Ids in topological order. */
  topologicalOrder: string[];
  /** Nodes in that order. */
  nodes: NodeView[];
  /** Bounds of the CEL cost of one pass, by the schemas' limits; absent without a graph. */
  cost?: CostEstimate;
  /** Number of instances. */
  instances: number;
}

/** An instance as the JSON API shows it. It holds no values of the instance's objects. */
export interface InstanceView {
  /** Namespace; empty for cluster-scoped kinds. */
  namespace: string;
  /** Name. */
  name: string;
  /** UID. */
  uid: string;
  /** `status.state`. */
  state: InstanceState | "";
  /** Conditions as last written. */
  conditions: Condition[];
  /** Each node after the last pass: its objects, and why it is not ready. */
  nodes: NodeOutcome[];
  /** Time of the last pass, RFC 3339. */
  lastPass?: string;
}

/** The state of a running controller. It is read from memory: no method makes a request. */
export interface ControllerView {
  /** Whether it is ready, and what is missing otherwise: `cache of deployments.apps is not synced`. */
  readiness(): { ready: boolean; missing: string[] };
  /** Whether it is healthy, and what hangs otherwise: `the pass over … has run for 700 s`. */
  health(): { healthy: boolean; problem?: string };
  /** All graphs, sorted by name. */
  graphs(): GraphView[];
  /** Instances of a graph, sorted by namespace and name; undefined when there is no such graph. */
  instances(graph: string): InstanceView[] | undefined;
  /** All metrics in Prometheus' text format. */
  metrics(): Promise<string>;
}
