/** The read-only view of a running controller: what the HTTP endpoint and `kro why` may ask. */
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
  /** Revision that instances use; absent while there is none. */
  revision?: number;
  /** Conditions of the RGD. */
  conditions: Condition[];
  /** Ids in topological order. */
  topologicalOrder: string[];
  /** Nodes in that order. */
  nodes: NodeView[];
  /** What the expressions of one pass can cost together, by their schemas; absent without a graph. */
  cost?: CostEstimate;
  /** How many instances are known. */
  instances: number;
}

/** An instance as the JSON API shows it. Holds no value of its objects. */
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
  /** Each node after the last pass: its objects, ready or why not. */
  nodes: NodeOutcome[];
  /** Time of the last pass, RFC 3339. */
  lastPass?: string;
}

/** What a running controller shows of itself. Reads memory only, never the API server. */
export interface ControllerView {
  /** Ready, or what is missing: `cache of deployments.apps is not synced`. */
  readiness(): { ready: boolean; missing: string[] };
  /** Healthy, or what hangs: `the pass over … has run for 700 s`. */
  health(): { healthy: boolean; problem?: string };
  /** All graphs, sorted by name. */
  graphs(): GraphView[];
  /** Instances of a graph, sorted by namespace and name; undefined when there is no such graph. */
  instances(graph: string): InstanceView[] | undefined;
  /** Prometheus text format. */
  metrics(): Promise<string>;
}
