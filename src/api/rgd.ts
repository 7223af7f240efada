/** ResourceGraphDefinition and GraphRevision (spec and status as the CRDs define them). */
import type { Condition } from "./conditions.ts";
import type { JsonObject, KindRef, KubeObject } from "./object.ts";
import { INTERNAL_GROUP, KRO_GROUP, KRO_VERSION } from "./names.ts";

/** A printer column of the generated CRD. */
export interface PrinterColumn {
  name: string;
  type: string;
  jsonPath: string;
  description?: string;
  format?: string;
  priority?: number;
}

/** `spec.schema`: the kind that the graph serves. */
export interface SchemaSpec {
  kind: string;
  apiVersion: string;
  group?: string;
  scope?: "Namespaced" | "Cluster";
  /** SimpleSchema of the instance's spec. */
  spec?: JsonObject;
  /** SimpleSchema named types. */
  types?: JsonObject;
  /** Expressions of the instance's status. */
  status?: JsonObject;
  additionalPrinterColumns?: PrinterColumn[];
  shortNames?: string[];
  categories?: string[];
  metadata?: { labels?: Record<string, string>; annotations?: Record<string, string> };
}

/** A reference to objects that somebody else manages. */
export interface ExternalRef {
  apiVersion: string;
  kind: string;
  metadata: { name?: string; namespace?: string; selector?: JsonObject | string };
}

/** One entry of `spec.resources`: a node of the graph. */
export interface ResourceSpec {
  id: string;
  template?: JsonObject;
  externalRef?: ExternalRef;
  readyWhen?: string[];
  includeWhen?: string[];
  forEach?: Record<string, string>[];
}

/** The whole `spec` of an RGD. */
export interface RgdSpec {
  schema: SchemaSpec;
  resources?: ResourceSpec[];
}

/** A resource that has dependencies, as the status lists it. */
export interface ResourceInformation {
  id: string;
  dependencies: { id: string }[];
}

/** `status` of an RGD. */
export interface RgdStatus {
  state?: "Active" | "Inactive";
  topologicalOrder?: string[];
  resources?: ResourceInformation[];
  conditions?: Condition[];
  lastIssuedRevision?: number;
}

/** A ResourceGraphDefinition. `spec` may be missing: the CRD does not require it. */
export interface ResourceGraphDefinition extends KubeObject {
  spec?: RgdSpec;
  status?: RgdStatus;
}

/** An immutable snapshot of an RGD's spec. */
export interface GraphRevision extends KubeObject {
  spec: { revision: number; snapshot: { name: string; generation: number; spec: RgdSpec } };
  status?: {
    topologicalOrder?: string[];
    resources?: ResourceInformation[];
    conditions?: Condition[];
  };
}

/** Kind of RGDs. */
export const RGD_KIND: KindRef = {
  group: KRO_GROUP,
  version: KRO_VERSION,
  kind: "ResourceGraphDefinition",
  plural: "resourcegraphdefinitions",
  namespaced: false,
};

/** Kind of GraphRevisions. */
export const REVISION_KIND: KindRef = {
  group: INTERNAL_GROUP,
  version: KRO_VERSION,
  kind: "GraphRevision",
  plural: "graphrevisions",
  namespaced: false,
};

/** Kind of CustomResourceDefinitions. */
export const CRD_KIND: KindRef = {
  group: "apiextensions.k8s.io",
  version: "v1",
  kind: "CustomResourceDefinition",
  plural: "customresourcedefinitions",
  namespaced: false,
};
