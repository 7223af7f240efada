/** ResourceGraphDefinition and GraphRevision (spec and status as the CRDs define them). */
import type { Condition } from "./conditions.ts";
import { INTERNAL_GROUP, KRO_GROUP, KRO_VERSION } from "./names.ts";
import type { GroupVersionKind, JsonObject, KindRef, KubeObject } from "./object.ts";

/** A printer column of the generated CRD. */
export interface PrinterColumn {
  /** Heading. */
  name: string;
  /** OpenAPI type. */
  type: string;
  /** Where its value is. */
  jsonPath: string;
  /** Free text. */
  description?: string;
  /** OpenAPI format. */
  format?: string;
  /** Above 0: shown in wide output only. */
  priority?: number;
}

/** `spec.schema`: the kind that the graph serves. */
export interface SchemaSpec {
  /** Kind. */
  kind: string;
  /** Version, without group. */
  apiVersion: string;
  /** Group, `kro.run` by default. */
  group?: string;
  /** `Namespaced` by default. */
  scope?: "Namespaced" | "Cluster";
  /** SimpleSchema of the instance's spec. */
  spec?: JsonObject;
  /** SimpleSchema named types. */
  types?: JsonObject;
  /** Expressions of the instance's status. */
  status?: JsonObject;
  /** Replace the three default columns. */
  additionalPrinterColumns?: PrinterColumn[];
  /** For kubectl. */
  shortNames?: string[];
  /** For kubectl. */
  categories?: string[];
  /** Put on the generated CRD. */
  metadata?: { labels?: Record<string, string>; annotations?: Record<string, string> };
}

/** A reference to objects that somebody else manages. */
export interface ExternalRef {
  /** Group and version. */
  apiVersion: string;
  /** Kind. */
  kind: string;
  /** Exactly one of name and selector. */
  metadata: { name?: string; namespace?: string; selector?: JsonObject | string };
}

/** One entry of `spec.resources`: a node of the graph. */
export interface ResourceSpec {
  /** Name of the node in expressions. */
  id: string;
  /** The object to make. */
  template?: JsonObject;
  /** Objects to read. */
  externalRef?: ExternalRef;
  /** Expressions that must be true for the node to be ready. */
  readyWhen?: string[];
  /** Expressions that must be true for the node to exist. */
  includeWhen?: string[];
  /** Dimensions: each one iterator and its list. */
  forEach?: Record<string, string>[];
}

/** The whole `spec` of an RGD. */
export interface RgdSpec {
  /** The kind that it serves. */
  schema: SchemaSpec;
  /** The nodes. */
  resources?: ResourceSpec[];
}

/** A resource that has dependencies, as the status lists it. */
export interface ResourceInformation {
  /** Node id. */
  id: string;
  /** What it depends on. */
  dependencies: { id: string }[];
}

/** `status` of an RGD. */
export interface RgdStatus {
  /** Whether the kind is served by this spec. */
  state?: "Active" | "Inactive";
  /** Node ids. */
  topologicalOrder?: string[];
  /** Nodes with dependencies. */
  resources?: ResourceInformation[];
  /** Conditions. */
  conditions?: Condition[];
  /** Highest revision number ever issued. */
  lastIssuedRevision?: number;
}

/** A ResourceGraphDefinition. `spec` may be missing: the CRD does not require it. */
export interface ResourceGraphDefinition extends KubeObject {
  /** What the author wrote. */
  spec?: RgdSpec;
  /** What kro says of it. */
  status?: RgdStatus;
}

/** An immutable snapshot of an RGD's spec. */
export interface GraphRevision extends KubeObject {
  /** The snapshot, immutable. */
  spec: { revision: number; snapshot: { name: string; generation: number; spec: RgdSpec } };
  /** What kro says of it. */
  status?: {
    topologicalOrder?: string[];
    resources?: ResourceInformation[];
    conditions?: Condition[];
  };
}

/** The kind that an RGD is to serve, defaults filled in; undefined while its spec says none. */
export function servedKind(rgd: ResourceGraphDefinition): GroupVersionKind | undefined {
  const schema = rgd.spec?.schema;
  if (!schema?.kind || !schema.apiVersion) return undefined;
  return { group: schema.group ?? KRO_GROUP, version: schema.apiVersion, kind: schema.kind };
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
