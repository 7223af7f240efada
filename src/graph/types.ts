/** A compiled RGD: checked, typed, ordered, immutable. All that a pass needs, and nothing of a cluster. */
import type { JsonObject, KindRef, KubeObject, ResourceInformation } from "../api/mod.ts";
import type { CelType, Program, Reads } from "../cel/mod.ts";
import type { KindInfo } from "../openapi/mod.ts";

/** A string of a template that holds expressions. */
export interface Expression {
  /** As the author wrote it, `${…}` included. */
  readonly source: string;
  /** The checked program; several `${…}` in one string are compiled to one concatenation. */
  readonly program: Program;
  /** Ids of other nodes that it reads (`schema`, `each` and iterators are no ids), sorted. */
  readonly nodes: readonly string[];
}

/** Where a value goes in an object: field names and list indexes. */
export type FieldPath = readonly (string | number)[];

/** An expression at a place of a template or of the status. */
export interface Field {
  /** Its place. */
  readonly path: FieldPath;
  /** What to put there. */
  readonly expression: Expression;
  /** It reads other objects, and of them nothing but their resourceVersions. */
  readonly revisionsOnly?: boolean;
}

/** An expression of readyWhen. */
export interface ReadyExpression extends Expression {
  /** The fields below the object's status that it reads, as far as they are known by name. */
  readonly statusPaths: readonly (readonly string[])[];
}

/** One dimension of a collection. */
export interface Dimension {
  /** The iterator's name. */
  readonly variable: string;
  /** Yields the list. */
  readonly list: Expression;
}

/** What a node is: an object, objects by forEach, or objects of others by name or selector. */
export type NodeType = "resource" | "collection" | "external" | "externalCollection";

/** One entry of `spec.resources`. */
export interface Node {
  /** Its id. */
  readonly id: string;
  /** Which of the four it is. */
  readonly type: NodeType;
  /** Kind of its objects, with schema. */
  readonly kind: KindInfo;
  /** Type under which other expressions see it (a list for collections). */
  readonly celType: CelType;
  /**
   * The object without its expressions' values (they stand as written and are replaced at
   * {@link fields}); for externals only apiVersion, kind and metadata (name, namespace, selector).
   */
  readonly template: JsonObject;
  /** The expressions of {@link template}. */
  readonly fields: readonly Field[];
  /** Dimensions, outermost first; empty unless a collection. */
  readonly forEach: readonly Dimension[];
  /** All must be true for the node to exist. */
  readonly includeWhen: readonly Expression[];
  /** All must be true for the node to be ready; sees its own id, or `each`. */
  readonly readyWhen: readonly ReadyExpression[];
  /** Ids of nodes that must be ready first, sorted: from template, forEach and includeWhen. */
  readonly dependencies: readonly string[];
  /** Deletion wave, 1 is deleted last (annotation `internal.kro.run/apply-order`). */
  readonly applyOrder: number;
}

/** Status fields and author conditions of instances. */
export interface StatusPlan {
  /** Fields by path below `status`. */
  readonly fields: readonly Field[];
  /** Entries of `schema.status.conditions`; empty when the author declares none. */
  readonly conditions: readonly Expression[];
}

/** The kind that the graph serves. */
export interface InstanceKind extends KindRef {
  /** Type of the variable `schema`. */
  readonly celType: CelType;
}

/** A compiled RGD. */
export interface Graph {
  /** Name of the RGD. */
  readonly name: string;
  /** Hash of the normalised spec (label `kro.run/graph-revision-hash`). */
  readonly hash: string;
  /** The kind that it serves. */
  readonly instance: InstanceKind;
  /** The generated CustomResourceDefinition, without kro's own labels. */
  readonly crd: KubeObject;
  /** Nodes by id, iterating in topological order. */
  readonly nodes: ReadonlyMap<string, Node>;
  /** Ids in topological order. */
  readonly order: readonly string[];
  /** For the RGD's status: nodes that have dependencies. */
  readonly resources: readonly ResourceInformation[];
  /** What instances report. */
  readonly status: StatusPlan;
  /** By node id, what any expression reads of one object of it. */
  readonly reads: ReadonlyMap<string, Reads>;
  /** An expression looks at what kubectl noted on the instance: its last-applied configuration. */
  readonly readsLastApplied: boolean;
}

/** Flags that change what is accepted. */
export interface CompileOptions {
  /** Feature gate CELOmitFunction. */
  omit?: boolean;
  /** `--rgd-max-collection-dimension-size`, 10 by default. */
  maxDimensions?: number;
}
