/** The read-only view of a running operator, which the HTTP endpoints show. */
import type {
  Condition,
  GroupVersionKind,
  KindRef,
  ObjectRef,
  ResourceGraphDefinition,
  RgdSpec,
} from "../api/mod.ts";
import type { CostEstimate, CostLimits, Reads } from "../cel/mod.ts";
import type { FieldChange, ObjectChange, ObjectName, PolicyRule } from "../explain/mod.ts";
import type { CauseView } from "./causes.ts";
import type { DefinitionView } from "./definition.ts";
import type { Health } from "./health.ts";
import type { Attempt, ServedGraph } from "../publish/mod.ts";
import type { InstanceState, NodeOutcome } from "../reconcile/mod.ts";

/** A node of a graph, as the JSON API shows it. */
export interface NodeView {
  /** The id of the node. */
  id: string;
  /** The type of the node: `resource`, `collection`, `external` or `externalCollection`. */
  type: string;
  /** The API version of the node's objects. */
  apiVersion: string;
  /** The kind of the node's objects. */
  kind: string;
  /** The ids of the nodes that must be ready before this node is evaluated. */
  dependencies: string[];
  /**
   * The CEL expressions of the node with their paths, such as `template.spec.replicas`, `readyWhen[0]` or
   * `forEach.zone`. The field `reads` has the ids of the nodes that the expression reads.
   */
  expressions: { path: string; expression: string; reads: string[]; cost: CostEstimate }[];
}

/** A graph, as the JSON API shows it. */
export interface GraphView {
  /** The name of the RGD (ResourceGraphDefinition) that declares the graph. */
  name: string;
  /** The kind of the instances that the graph reconciles. */
  serves: { apiVersion: string; kind: string; plural: string; namespaced: boolean };
  /** The value of `status.state` of the RGD. */
  state: string;
  /**
   * The number of the revision by which instances are reconciled; absent when the RGD has no usable graph.
   */
  revision?: number;
  /** The conditions of the RGD. */
  conditions: Condition[];
  /** The ids of the nodes in topological order. */
  topologicalOrder: string[];
  /** The nodes of the graph in topological order. */
  nodes: NodeView[];
  /**
   * The estimated CEL cost of one pass, derived from limits in the schemas, such as `maxItems`; absent when
   * the RGD has no usable graph.
   */
  cost?: CostEstimate;
  /** The number of instances of the graph. */
  instances: number;
  /** The number of instances with each health. */
  health: Record<Health, number>;
  /**
   * The writes that kro would send for the RGD; present only with `--observe`, after kro has compared the RGD
   * with the cluster.
   */
  observed?: ObservedGraph;
}

/** An RGD, a revision or a CRD that kro would write. */
export interface GraphDifference extends ObjectName {
  /** The effect of the write. */
  action: "created" | "changed" | "deleted";
  /** The reasons for the write. */
  reason: string;
  /** The fields of the RGD that would change; empty for a revision and for a CRD. */
  fields: FieldChange[];
}

/** The writes that kro would send for an RGD if kro did not only observe. */
export interface ObservedGraph {
  /** The time at which kro first found exactly these {@link changes}, in RFC 3339 format. */
  since: string;
  /** The objects that publishing the RGD would write; empty when publishing would write nothing. */
  changes: GraphDifference[];
  /** The number of instances whose child objects would be written. */
  differing: number;
}

/** The writes that a pass over an instance would send if kro did not only observe. */
export interface ObservedInstance {
  /**
   * The time at which kro first found exactly the differences in {@link children} and {@link instance}, in
   * RFC 3339 format.
   */
  since: string;
  /** The child objects that kro would create, change, adopt or delete; empty without a difference. */
  children: ObjectChange[];
  /** The fields of the instance's metadata and status that kro would change; empty without a difference. */
  instance: FieldChange[];
}

/**
 * The permissions that kro needs for a graph, and those of them that kro lacks, as the JSON API shows them.
 */
export interface GraphRightsView {
  /** The name of the RGD that declares the graph. */
  graph: string;
  /**
   * Whether kro has reviewed its permissions for the graph. If false, the list of missing permissions is
   * empty.
   */
  reviewed: boolean;
  /** The rules of an RBAC role with the permissions that the graph needs. */
  required: PolicyRule[];
  /** The rules of an RBAC role with the permissions that kro lacks. */
  missing: PolicyRule[];
}

/** An instance, as the JSON API shows it. The view contains no values of the instance's objects. */
export interface InstanceView {
  /** The namespace of the instance; an empty string for cluster-scoped kinds. */
  namespace: string;
  /** The name of the instance. */
  name: string;
  /** The UID of the instance. */
  uid: string;
  /** The value of `status.state` of the instance; an empty string before the status was first written. */
  state: InstanceState | "";
  /** The health, derived from the state, the conditions and the annotations. */
  health: Health;
  /** The conditions that the last pass over the instance found. */
  conditions: Condition[];
  /**
   * The results of the nodes in the last pass over the instance: the state, the objects, and the reason why a
   * node is not ready.
   */
  nodes: NodeOutcome[];
  /**
   * The time at which the last pass over the instance ended, in RFC 3339 format; absent before the first
   * pass.
   */
  lastPass?: string;
  /**
   * The number of child objects that kro would write; present only with `--observe`, after the first pass over
   * the instance.
   */
  differences?: number;
  /**
   * The writes that the last pass would have sent; present only with `--observe`, after the first pass over
   * the instance.
   */
  observed?: ObservedInstance;
}

/** An instance in a list, without its nodes and without the details of its differences. */
export type InstanceSummary = Omit<InstanceView, "nodes" | "observed">;

/** The properties of an RGD or an instance by which lists are filtered. */
export interface Facts {
  /** The value of `status.state`; an empty string before the status was first written. */
  state: string;
  /** The labels of the RGD or the instance; undefined when the object has no labels. */
  labels?: Readonly<Record<string, string>>;
}

/** The facts that a standby knows about the leader. A standby is a process that waits for the Lease. */
export interface Standby {
  /** The name of the pod or host of the leader; undefined when no process is known to hold the Lease. */
  leader?: string;
  /** The namespace of the Lease, in which the leader also runs. */
  namespace: string;
}

/** The name of an object of an instance. */
export interface NodeObject {
  /** The id of the node of the object. */
  node: string;
  /** The namespace of the object; absent for a cluster-scoped object. */
  namespace?: string;
  /** The name of the object. */
  name: string;
}

/** The graphs that serve kinds. */
export interface ServedGraphs {
  /** Returns the graph that serves the instances of an RGD; undefined when no graph serves the RGD. */
  served(name: string): ServedGraph | undefined;
  /** Returns the RGD with this name; undefined when it does not exist. */
  rgd(name: string): ResourceGraphDefinition | undefined;
  /** Returns the name of the RGD whose served graph defines the kind; undefined when no such RGD exists. */
  graphOfKind(kind: KindRef): string | undefined;
  /**
   * Compiles an RGD with the spec of one of its revisions, against the kinds that the cluster serves now. Returns
   * undefined when the RGD does not exist. Rejects with ApiError when a kind cannot be read.
   */
  compile(name: string, spec: RgdSpec): Promise<Attempt | undefined>;
  /** Returns the fields of a kind's instances that its graph copies into Secrets. */
  secretInputs(kind: GroupVersionKind): Reads;
  /** The limits of the passes over instances. */
  readonly limits: { maxCollectionSize: number; costs?: CostLimits };
}

/** A change of the state of a graph or an instance. */
export interface Change {
  /** Whether a graph or an instance changed. */
  type: "graph" | "instance";
  /** The name of the graph; undefined if the RGD of the instance was deleted. */
  graph?: string;
  /** The namespace of the instance; an empty string for cluster-scoped kinds; absent for a graph. */
  namespace?: string;
  /** The name of the instance; absent for a graph. */
  name?: string;
  /** The new value of `status.state`; `DELETED` if the object no longer exists. */
  state: string;
}

/** The state of a running operator. All values are in memory, so no method sends a request. */
export interface ControllerView {
  /**
   * Returns whether the operator is ready. If not, `missing` contains the reasons, such as `cache of
   * deployments.apps is not synced`.
   */
  readiness(): { ready: boolean; missing: string[] };
  /**
   * Returns whether the operator is healthy. If not, `problem` describes the pass that hangs: `the pass over
   * … has run for 700 s`.
   */
  health(): { healthy: boolean; problem?: string };
  /** Returns the known leader if this process is a standby; undefined if this process reconciles. */
  standby(): Standby | undefined;
  /** The names of all graphs, sorted. */
  graphNames(): readonly string[];
  /** Returns the graph of the RGD with this name; undefined when the RGD does not exist. */
  graph(name: string): GraphView | undefined;
  /** Returns the templates and the schema of a graph; undefined when no graph serves an RGD with this name. */
  definition(name: string): DefinitionView | undefined;
  /** Returns the causes of the problems of all graphs and instances. The most frequent cause is the first. */
  causes(): CauseView[];
  /**
   * Returns the permissions that a graph needs, and those that kro lacks; undefined when the RGD does not
   * exist.
   */
  graphRights(name: string): GraphRightsView | undefined;
  /**
   * Returns the keys of the graph's instances, in the form `namespace/name`, sorted as strings; undefined
   * when the graph does not exist.
   */
  instanceKeys(graph: string): readonly string[] | undefined;
  /** Returns the instance with this key; undefined when the instance does not exist. */
  instance(graph: string, key: string): InstanceView | undefined;
  /**
   * Returns the kind, the namespace and the name of an instance, or of an object that the last pass over the
   * instance applied or read. Returns undefined when the instance or the object is unknown.
   *
   * @param object The node and the name of the object; undefined for the instance itself.
   */
  objectRef(graph: string, key: string, object?: NodeObject): ObjectRef | undefined;
  /** Returns the state and the labels of an RGD; undefined when the RGD does not exist. */
  graphFacts(name: string): Facts | undefined;
  /** Returns the state and the labels of an instance; undefined when the instance does not exist. */
  instanceFacts(graph: string, key: string): Facts | undefined;
  /**
   * Calls the listener when the state of a graph or an instance has changed. The listener must return at
   * once, because passes wait for it. Returns the function that ends the subscription.
   */
  subscribe(listener: (change: Change) => void): () => void;
  /** All metrics in Prometheus' text format. */
  metrics(): Promise<string>;
}
