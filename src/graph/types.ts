/**
 * The types of a compiled RGD (ResourceGraphDefinition). A graph is immutable and does not depend on a
 * cluster.
 */
import type { JsonObject, KindRef, KubeObject, ResourceInformation } from "../api/mod.ts";
import type { CelType, Program, Reads } from "../cel/mod.ts";
import type { KindInfo } from "../openapi/mod.ts";

/** A string with expressions, compiled to one program. */
export interface Expression {
  /** The string as its author wrote it, including `${…}`. */
  readonly source: string;
  /**
   * The type-checked program. If the string has literal text or several `${…}`, the program concatenates all
   * parts to one string.
   */
  readonly program: Program;
  /**
   * The sorted ids of the nodes that the expression reads. The variables `schema` and `each` and the
   * forEach variables are left out.
   */
  readonly nodes: readonly string[];
  /**
   * Whether bytes in the result are written as base64. If false, bytes in the result are an evaluation error.
   * False by default.
   */
  readonly bytes?: boolean;
}

/** The path of a field in an object, which consists of field names and list indexes. */
export type FieldPath = readonly (string | number)[];

/** An expression with its path in a template or in the status. */
export interface Field {
  /** The path of the field, relative to the object or to `status`. */
  readonly path: FieldPath;
  /** The expression that computes the value of the field. */
  readonly expression: Expression;
  /**
   * Whether the expression reads only `metadata.resourceVersion` of other nodes. If an object differs from
   * the live object only in fields with `revisionsOnly`, kro does not apply the object. Every apply changes a
   * resourceVersion and could cause further applies. False by default.
   */
  readonly revisionsOnly?: boolean;
}

/** An expression of readyWhen. */
export interface ReadyExpression extends Expression {
  /**
   * The paths of the fields below `status` that the expression reads; each path starts with `status`.
   * Fields with names that are computed by the expression are left out.
   */
  readonly statusPaths: readonly (readonly string[])[];
}

/** One dimension of a collection, declared by an entry of forEach. */
export interface Dimension {
  /** The name of the variable that expressions in the template use. */
  readonly variable: string;
  /** The expression that computes the list of values for the variable. */
  readonly list: Expression;
}

/**
 * The type of a node. A `resource` is one object, and a `collection` is a list of objects created by
 * forEach. An `external` node reads one existing object by name, and an `externalCollection` reads existing
 * objects by a label selector.
 */
export type NodeType = "resource" | "collection" | "external" | "externalCollection";

/** A node of the graph, defined by one entry of `spec.resources`. */
export interface Node {
  /** The id of the node, under which expressions refer to the node's objects. */
  readonly id: string;
  /** The node type. */
  readonly type: NodeType;
  /** The kind of the node's objects, with the schema of the kind. */
  readonly kind: KindInfo;
  /** The type of the node in the expressions of other nodes. The type of a collection is a list. */
  readonly celType: CelType;
  /**
   * The node's object as its author wrote it. The strings at the paths in {@link fields} are replaced by the
   * results of their expressions. For an external node, the object has only apiVersion, kind, and a metadata
   * with name, namespace or selector.
   */
  readonly template: JsonObject;
  /** The expressions in {@link template}. */
  readonly fields: readonly Field[];
  /** The forEach dimensions, outermost first; empty when the node is not a collection. */
  readonly forEach: readonly Dimension[];
  /** The conditions that must all be true for the node's objects to be created. */
  readonly includeWhen: readonly Expression[];
  /**
   * The conditions that must all be true for the node to be ready. The expressions can read only the node's
   * own object, under the node's id. In a collection, the object has the name `each` instead.
   */
  readonly readyWhen: readonly ReadyExpression[];
  /**
   * The sorted ids of the nodes that must be ready before this node runs. Expressions in the template,
   * forEach and includeWhen of this node read these nodes.
   */
  readonly dependencies: readonly string[];
  /**
   * Whether a message about the node may quote the value of a Secret. This is the case if the node's kind
   * is Secret, or if the node depends on values of a Secret, directly or through other nodes.
   */
  readonly confidential: boolean;
  /**
   * The deletion wave, which kro writes to the annotation `internal.kro.run/apply-order`. Waves are deleted
   * in descending order, so wave 1 is deleted last.
   */
  readonly applyOrder: number;
}

/** The status of instances, as the author of the RGD declares it. */
export interface StatusPlan {
  /** The expressions of the status fields, with their paths relative to `status`. */
  readonly fields: readonly Field[];
  /** The expressions of the entries of `schema.status.conditions`. */
  readonly conditions: readonly Expression[];
}

/** The kind of a graph's instances. */
export interface InstanceKind extends KindRef {
  /** The CEL type of the variable `schema`, which is the instance. */
  readonly celType: CelType;
}

/** A compiled RGD (ResourceGraphDefinition). */
export interface Graph {
  /** The name of the RGD. */
  readonly name: string;
  /** The hash of the normalized spec, for the label `kro.run/graph-revision-hash`; see {@link specHash}. */
  readonly hash: string;
  /** The kind of the graph's instances. */
  readonly instance: InstanceKind;
  /** The generated CustomResourceDefinition, without kro's own labels. */
  readonly crd: KubeObject;
  /** Whether any node of the graph is confidential. See {@link Node.confidential}. */
  readonly confidential: boolean;
  /**
   * The fields of the instance that expressions copy into Secrets, such as `spec.password`. Reports hide the
   * values of these fields.
   */
  readonly secretInputs: Reads;
  /** The nodes of the graph. The keys are the ids of the nodes. The map iterates in topological order. */
  readonly nodes: ReadonlyMap<string, Node>;
  /** The ids of the nodes in topological order. */
  readonly order: readonly string[];
  /** The nodes that have dependencies, in the form in which the status of the RGD lists them. */
  readonly resources: readonly ResourceInformation[];
  /** The status fields and conditions of instances. */
  readonly status: StatusPlan;
  /**
   * The parts of each node's objects that the expressions of the graph read. The keys are the ids of the
   * nodes.
   */
  readonly reads: ReadonlyMap<string, Reads>;
  /**
   * Whether an expression reads the instance's annotation
   * `kubectl.kubernetes.io/last-applied-configuration`.
   */
  readonly readsLastApplied: boolean;
}

/**
 * The maximum number of dimensions of a forEach by default, which equals the default of upstream's flag
 * `--rgd-max-collection-dimension-size`.
 */
export const MAX_DIMENSIONS = 10;

/** The options of {@link compile}. */
export interface CompileOptions {
  /** Whether templates may call `omit()` (feature gate CELOmitFunction); false by default. */
  omit?: boolean;
  /** The maximum number of forEach dimensions of a node; {@link MAX_DIMENSIONS} by default. */
  maxDimensions?: number;
}
