/** The types of ResourceGraphDefinition and GraphRevision, as their CRDs define them. */
import type { Condition } from "./conditions.ts";
import { INTERNAL_GROUP, KRO_GROUP, KRO_VERSION } from "./names.ts";
import type { GroupVersionKind, JsonObject, KindRef, KubeObject } from "./object.ts";

/** A printer column of the generated CRD. */
export interface PrinterColumn {
  /** The heading. */
  name: string;
  /** The OpenAPI type. */
  type: string;
  /** The JSON path of the value. */
  jsonPath: string;
  /** The description. */
  description?: string;
  /** The OpenAPI format. */
  format?: string;
  /** The priority; columns above 0 are shown only in wide output. Default 0. */
  priority?: number;
}

/** `spec.schema` of an RGD: the kind of its instances. */
export interface SchemaSpec {
  /** The kind. */
  kind: string;
  /** The version, without group. */
  apiVersion: string;
  /** The group. Default `kro.run`. */
  group?: string;
  /** The scope. Default `Namespaced`. */
  scope?: "Namespaced" | "Cluster";
  /** The SimpleSchema of the instances' spec. */
  spec?: JsonObject;
  /** The custom types of the SimpleSchema, by name. */
  types?: JsonObject;
  /** The expressions of the instances' status. */
  status?: JsonObject;
  /** The printer columns. Default: State, Ready and Age. */
  additionalPrinterColumns?: PrinterColumn[];
  /** The short names of the kind, such as `po`. */
  shortNames?: string[];
  /** The categories of the kind, such as `all`. */
  categories?: string[];
  /** Labels and annotations of the generated CRD. */
  metadata?: { labels?: Record<string, string>; annotations?: Record<string, string> };
}

/** A reference to existing objects, which kro reads but does not manage. */
export interface ExternalRef {
  /** The group and version. */
  apiVersion: string;
  /** The kind. */
  kind: string;
  /** The namespace, and either the name or a label selector. */
  metadata: { name?: string; namespace?: string; selector?: JsonObject | string };
}

/** One entry of `spec.resources`: a node of the graph. */
export interface ResourceSpec {
  /** The name of the node in expressions. */
  id: string;
  /** The object to create; either this or {@link externalRef} is set. */
  template?: JsonObject;
  /** The existing objects to read. */
  externalRef?: ExternalRef;
  /** Expressions that must all be true for the node to be ready. */
  readyWhen?: string[];
  /** Expressions that must all be true for the node to exist. */
  includeWhen?: string[];
  /** The dimensions of a collection: each one variable and the expression of its list. */
  forEach?: Record<string, string>[];
}

/** `spec` of an RGD. */
export interface RgdSpec {
  /** The kind of its instances. */
  schema: SchemaSpec;
  /** The nodes. */
  resources?: ResourceSpec[];
}

/** A node with dependencies in the status of an RGD. */
export interface ResourceInformation {
  /** The node's id. */
  id: string;
  /** The ids of the nodes that it depends on. */
  dependencies: { id: string }[];
}

/** `status` of an RGD. */
export interface RgdStatus {
  /** Whether instances are reconciled by this spec. */
  state?: "Active" | "Inactive";
  /** The node ids in topological order. */
  topologicalOrder?: string[];
  /** The nodes that have dependencies. */
  resources?: ResourceInformation[];
  /** The conditions. */
  conditions?: Condition[];
  /** The highest revision number that was ever issued. */
  lastIssuedRevision?: number;
}

/** A ResourceGraphDefinition. */
export interface ResourceGraphDefinition extends KubeObject {
  /** The desired graph; may be absent, because the CRD does not require it. */
  spec?: RgdSpec;
  /** The observed state. */
  status?: RgdStatus;
}

/** A GraphRevision: an immutable snapshot of an RGD's spec. */
export interface GraphRevision extends KubeObject {
  /** The revision's number and snapshot; immutable. */
  spec: { revision: number; snapshot: { name: string; generation: number; spec: RgdSpec } };
  /** The observed state. */
  status?: {
    topologicalOrder?: string[];
    resources?: ResourceInformation[];
    conditions?: Condition[];
  };
}

/** The kind of an RGD's instances, with the default group; undefined when its spec has no kind or version. */
export function servedKind(rgd: ResourceGraphDefinition): GroupVersionKind | undefined {
  const schema = rgd.spec?.schema;
  if (!schema?.kind || !schema.apiVersion) return undefined;
  return { group: schema.group ?? KRO_GROUP, version: schema.apiVersion, kind: schema.kind };
}

/** The kind of RGDs. */
export const RGD_KIND: KindRef = {
  group: KRO_GROUP,
  version: KRO_VERSION,
  kind: "ResourceGraphDefinition",
  plural: "resourcegraphdefinitions",
  namespaced: false,
};

/** The kind of GraphRevisions. */
export const REVISION_KIND: KindRef = {
  group: INTERNAL_GROUP,
  version: KRO_VERSION,
  kind: "GraphRevision",
  plural: "graphrevisions",
  namespaced: false,
};

/** The kind of CustomResourceDefinitions. */
export const CRD_KIND: KindRef = {
  group: "apiextensions.k8s.io",
  version: "v1",
  kind: "CustomResourceDefinition",
  plural: "customresourcedefinitions",
  namespaced: false,
};
