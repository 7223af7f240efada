/** The types of the kinds ResourceGraphDefinition (RGD) and GraphRevision, as their CRDs define them. */
import type { Condition } from "./conditions.ts";
import { INTERNAL_GROUP, KRO_GROUP, KRO_VERSION } from "./names.ts";
import type { GroupVersionKind, JsonObject, KindRef, KubeObject } from "./object.ts";

/** A printer column of the CRD that kro generates from an RGD. */
export interface PrinterColumn {
  /** The heading of the column. */
  name: string;
  /** The OpenAPI type of the column's value. */
  type: string;
  /** The JSON path of the column's value in the object. */
  jsonPath: string;
  /** The description of the column. */
  description?: string;
  /** The OpenAPI format of the column's value. */
  format?: string;
  /**
   * The priority of the column; 0 by default. kubectl shows columns with a priority above 0 only in wide
   * output.
   */
  priority?: number;
}

/** The type of `spec.schema` of an RGD, which defines the kind of the RGD's instances. */
export interface SchemaSpec {
  /** The name of the instances' kind. */
  kind: string;
  /** The API version of the instances' kind, without the group. */
  apiVersion: string;
  /** The API group of the instances' kind; `kro.run` by default. */
  group?: string;
  /** The scope of the instances' kind; `Namespaced` by default. */
  scope?: "Namespaced" | "Cluster";
  /** The fields of an instance's `spec`, in SimpleSchema. */
  spec?: JsonObject;
  /** The custom types that the SimpleSchema uses. The keys are the names of the types. */
  types?: JsonObject;
  /** The fields of an instance's `status`, with the expressions that compute their values. */
  status?: JsonObject;
  /** The printer columns of the generated CRD; State, Ready and Age by default. */
  additionalPrinterColumns?: PrinterColumn[];
  /** The short names of the instances' kind, such as `po`. */
  shortNames?: string[];
  /** The categories of the instances' kind, such as `all`. */
  categories?: string[];
  /** The labels and annotations of the generated CRD. */
  metadata?: { labels?: Record<string, string>; annotations?: Record<string, string> };
}

/** A reference to existing objects that kro reads but does not manage. */
export interface ExternalRef {
  /** The group and version of the objects. */
  apiVersion: string;
  /** The kind of the objects. */
  kind: string;
  /** The namespace of the objects, and either a name or a label selector. */
  metadata: { name?: string; namespace?: string; selector?: JsonObject | string };
}

/** One entry of `spec.resources`, which defines a node of the graph. */
export interface ResourceSpec {
  /** The id of the node, under which expressions refer to the node's objects. */
  id: string;
  /** The object to create; absent when the node has an {@link externalRef}. */
  template?: JsonObject;
  /** The existing objects to read; absent when the node has a {@link template}. */
  externalRef?: ExternalRef;
  /** Expressions that must all be true before the node is ready. */
  readyWhen?: string[];
  /** Expressions that must all be true for the node's objects to be created. */
  includeWhen?: string[];
  /**
   * The dimensions of a collection. Each dimension maps the name of a variable to an expression that
   * returns a list.
   */
  forEach?: Record<string, string>[];
}

/** The type of `spec` of an RGD. */
export interface RgdSpec {
  /** The schema that defines the kind of the RGD's instances. */
  schema: SchemaSpec;
  /** The nodes of the graph. */
  resources?: ResourceSpec[];
}

/** An entry of `status.resources` of an RGD, which lists the dependencies of a node. */
export interface ResourceInformation {
  /** The id of the node. */
  id: string;
  /** The ids of the nodes that this node depends on. */
  dependencies: { id: string }[];
}

/** The type of `status` of an RGD. */
export interface RgdStatus {
  /** Whether kro reconciles instances with the present spec. */
  state?: "Active" | "Inactive";
  /** The ids of all nodes in topological order. */
  topologicalOrder?: string[];
  /** The nodes that depend on other nodes, each with its dependencies. */
  resources?: ResourceInformation[];
  /** The conditions of the RGD. */
  conditions?: Condition[];
  /** The highest number of a GraphRevision that was ever created for the RGD. */
  lastIssuedRevision?: number;
}

/** An object of the kind ResourceGraphDefinition (RGD). */
export interface ResourceGraphDefinition extends KubeObject {
  /** The desired graph; optional, because the CRD does not require the field. */
  spec?: RgdSpec;
  /** The observed state of the RGD. */
  status?: RgdStatus;
}

/** An object of the kind GraphRevision: an immutable snapshot of the spec of an RGD. */
export interface GraphRevision extends KubeObject {
  /** The immutable spec of the revision: the number of the revision and the snapshot of the RGD. */
  spec: { revision: number; snapshot: { name: string; generation: number; spec: RgdSpec } };
  /** The observed state of the revision. */
  status?: {
    topologicalOrder?: string[];
    resources?: ResourceInformation[];
    conditions?: Condition[];
  };
}

/**
 * Returns the kind of an RGD's instances, with the default group filled in. Returns undefined when the RGD's
 * spec has no kind or no version.
 */
export function servedKind(rgd: ResourceGraphDefinition): GroupVersionKind | undefined {
  const schema = rgd.spec?.schema;
  if (!schema?.kind || !schema.apiVersion) return undefined;
  return { group: schema.group ?? KRO_GROUP, version: schema.apiVersion, kind: schema.kind };
}

/** The kind ResourceGraphDefinition, with the plural and the scope that request URLs need. */
export const RGD_KIND: KindRef = {
  group: KRO_GROUP,
  version: KRO_VERSION,
  kind: "ResourceGraphDefinition",
  plural: "resourcegraphdefinitions",
  namespaced: false,
};

/** The kind GraphRevision, with the plural and the scope that request URLs need. */
export const REVISION_KIND: KindRef = {
  group: INTERNAL_GROUP,
  version: KRO_VERSION,
  kind: "GraphRevision",
  plural: "graphrevisions",
  namespaced: false,
};

/** The kind CustomResourceDefinition, with the plural and the scope that request URLs need. */
export const CRD_KIND: KindRef = {
  group: "apiextensions.k8s.io",
  version: "v1",
  kind: "CustomResourceDefinition",
  plural: "customresourcedefinitions",
  namespaced: false,
};

/** The kind Namespace, with the plural and the scope that request URLs need. */
export const NAMESPACE_KIND: KindRef = {
  group: "",
  version: "v1",
  kind: "Namespace",
  plural: "namespaces",
  namespaced: false,
};
