/** Generates the CRD of a graph's instances, and the schema of the variable `schema`. */
import { type JsonObject, type KubeObject, type PrinterColumn } from "../api/mod.ts";
import { objectMetaSchema, type Schema } from "../openapi/mod.ts";
import { plural } from "./plural.ts";
import type { SchemaDraft } from "./read.ts";

/** The printer columns of a CRD whose RGD declares no printer columns. */
const COLUMNS: PrinterColumn[] = [
  { name: "State", type: "string", jsonPath: ".status.state" },
  { name: "Ready", type: "string", jsonPath: '.status.conditions[?(@.type=="Ready")].status' },
  { name: "Age", type: "date", jsonPath: ".metadata.creationTimestamp" },
];

/** The schema of the field `status.conditions`. */
const CONDITIONS: Schema = {
  type: "array",
  items: {
    type: "object",
    properties: {
      type: { type: "string" },
      status: { type: "string" },
      reason: { type: "string" },
      message: { type: "string" },
      lastTransitionTime: { type: "string" },
      observedGeneration: { type: "integer" },
    },
  },
};

/**
 * Returns the schema of the variable `schema`, which is the instance with its metadata and without its
 * status.
 */
export function instanceSchema(spec: Schema, namespaced: boolean): Schema {
  const type = { type: "string" };
  const metadata = objectMetaSchema({ namespaced });
  return { type: "object", properties: { apiVersion: type, kind: type, metadata, spec } };
}

/**
 * Returns the CRD that an RGD defines, without kro's own labels.
 *
 * @param status The schema of the status fields that the author declares. The fields `state` and
 * `conditions` are added.
 */
export function generateCrd(draft: SchemaDraft, spec: Schema, status: Schema): KubeObject {
  const { kind, group, raw } = draft;
  const singular = kind.toLowerCase();
  const metadata = (raw.metadata ?? {}) as JsonObject;
  return {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: {
      name: `${plural(singular)}.${group}`,
      ...filled("labels", metadata.labels),
      ...filled("annotations", metadata.annotations),
    },
    spec: {
      group,
      names: {
        kind,
        listKind: `${kind}List`,
        plural: plural(singular),
        singular,
        ...filled("shortNames", raw.shortNames),
        ...filled("categories", raw.categories),
      },
      scope: draft.namespaced ? "Namespaced" : "Cluster",
      versions: [{
        name: draft.version,
        served: true,
        storage: true,
        schema: { openAPIV3Schema: rootSchema(spec, status) },
        subresources: { status: {} },
        additionalPrinterColumns: COLUMNS,
        ...filled("additionalPrinterColumns", raw.additionalPrinterColumns),
      }],
    },
  };
}

function rootSchema(spec: Schema, status: Schema): Schema {
  return {
    type: "object",
    properties: {
      apiVersion: { type: "string" },
      kind: { type: "string" },
      metadata: { type: "object" },
      spec,
      status: {
        ...status,
        properties: { state: { type: "string" }, ...status.properties, conditions: CONDITIONS },
      },
    },
  };
}

function filled(key: string, value: unknown): Record<string, unknown> {
  return value && Object.keys(value).length > 0 ? { [key]: value } : {};
}
