/** The types of a compiled RGD. A graph is immutable and independent of any cluster. */
import type { JsonObject, KindRef, KubeObject, ResourceInformation } from "../api/mod.ts";
import type { CelType, Program, Reads } from "../cel/mod.ts";
import type { KindInfo } from "../openapi/mod.ts";

/** A string with expressions, compiled to one program. */
export interface Expression {
  /** The string as its author wrote it, with `${…}`. */
  readonly source: string;
  /** The checked program. Text and several `${…}` are compiled to their concatenation. */
  readonly program: Program;
  /** The ids of the nodes that it reads, sorted; `schema`, `each` and forEach variables are not ids. */
  readonly nodes: readonly string[];
}

/** A path in an object: field names and list indexes. */
export type FieldPath = readonly (string | number)[];

/** An expression with its path in a template or in the status. */
export interface Field {
  /** The path below the object or below `status`. */
  readonly path: FieldPath;
  /** The expression whose result is set there. */
  readonly expression: Expression;
  /** Whether it reads other nodes, and only their `metadata.resourceVersion`. Default false. */
  readonly revisionsOnly?: boolean;
}

/** An expression of readyWhen. */
export interface ReadyExpression extends Expression {
  /** The paths from `status` that it reads, where all field names are known statically. */
  readonly statusPaths: readonly (readonly string[])[];
}

/** One forEach dimension of a collection. */
export interface Dimension {
  /** The name of its variable. */
  readonly variable: string;
  /** The expression that yields its list. */
  readonly list: Expression;
}

/**
 * The type of a node: one object (`resource`), objects by forEach (`collection`), an existing object by name
 * (`external`) or existing objects by label selector (`externalCollection`).
 */
export type NodeType = "resource" | "collection" | "external" | "externalCollection";

/** A node of the graph: one entry of `spec.resources`. */
export interface Node {
  /** The id, under which expressions refer to it. */
  readonly id: string;
  /** The node type. */
  readonly type: NodeType;
  /** The kind of its objects, with their schema. */
  readonly kind: KindInfo;
  /** The type of the node in expressions of other nodes: a list for collections. */
  readonly celType: CelType;
  /**
   * The object as written, in which the strings at {@link fields} are to be replaced. Of external nodes only
   * apiVersion, kind and `metadata` with name, namespace or selector.
   */
  readonly template: JsonObject;
  /** The expressions of {@link template}. */
  readonly fields: readonly Field[];
  /** The forEach dimensions, outermost first; empty unless the node is a collection. */
  readonly forEach: readonly Dimension[];
  /** The conditions that must all be true for the node to exist. */
  readonly includeWhen: readonly Expression[];
  /** The conditions that must all be true for the node to be ready; they see its own id, or `each`. */
  readonly readyWhen: readonly ReadyExpression[];
  /** The ids of nodes that must be ready first, sorted: those read in template, forEach and includeWhen. */
  readonly dependencies: readonly string[];
  /**
   * Whether a message about the node may quote the value of a Secret: its kind is Secret, or it depends on
   * values of one, directly or through other nodes.
   */
  readonly confidential: boolean;
  /** The deletion wave; 1 is deleted last (annotation `internal.kro.run/apply-order`). */
  readonly applyOrder: number;
}

/** The status of instances that the author declares. */
export interface StatusPlan {
  /** The fields by their path below `status`. */
  readonly fields: readonly Field[];
  /** The entries of `schema.status.conditions`. */
  readonly conditions: readonly Expression[];
}

/** The kind that the graph serves. */
export interface InstanceKind extends KindRef {
  /** The type of the variable `schema`. */
  readonly celType: CelType;
}

/** A compiled RGD. */
export interface Graph {
  /** The name of the RGD. */
  readonly name: string;
  /** The hash of the normalized spec (label `kro.run/graph-revision-hash`); see {@link specHash}. */
  readonly hash: string;
  /** The kind of its instances. */
  readonly instance: InstanceKind;
  /** The generated CustomResourceDefinition, without kro's own labels. */
  readonly crd: KubeObject;
  /** The nodes by id; iterates in topological order. */
  readonly nodes: ReadonlyMap<string, Node>;
  /** The ids in topological order. */
  readonly order: readonly string[];
  /** The nodes that have dependencies, for the RGD's status. */
  readonly resources: readonly ResourceInformation[];
  /** The status fields and conditions of instances. */
  readonly status: StatusPlan;
  /** The reads of all expressions of one object of each node, by node id. */
  readonly reads: ReadonlyMap<string, Reads>;
  /** Whether an expression reads the instance's annotation `kubectl.kubernetes.io/last-applied-configuration`. */
  readonly readsLastApplied: boolean;
}

/** How many dimensions a forEach may have by default: upstream's `--rgd-max-collection-dimension-size`. */
export const MAX_DIMENSIONS = 10;

/** Options of {@link compile}. */
export interface CompileOptions {
  /** Allows `omit()` in templates (feature gate CELOmitFunction). Default false. */
  omit?: boolean;
  /** The greatest number of forEach dimensions; {@link MAX_DIMENSIONS} by default. */
  maxDimensions?: number;
}
