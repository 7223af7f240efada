/** The schema of metav1.ObjectMeta, which is the same on all API servers. */
import type { Schema } from "./schema.ts";

// The schemas of two kinds of string fields. `text` is for fields that Go leaves out of the JSON when they
// are empty (`omitempty`). `givenText` is for fields that Go always writes: the API server publishes `""` as
// their default.
const text: Schema = { type: "string" };
const givenText: Schema = { type: "string", default: "" };
const time: Schema = { type: "string", format: "date-time" };
const int64: Schema = { type: "integer", format: "int64" };
const textMap: Schema = { type: "object", additionalProperties: givenText };

const ownerReference: Schema = {
  type: "object",
  properties: {
    apiVersion: givenText,
    blockOwnerDeletion: { type: "boolean" },
    controller: { type: "boolean" },
    kind: givenText,
    name: givenText,
    uid: givenText,
  },
  required: ["apiVersion", "kind", "name", "uid"],
  default: {},
  "x-kubernetes-map-type": "atomic",
};

const managedFieldsEntry: Schema = {
  type: "object",
  properties: {
    apiVersion: text,
    fieldsType: text,
    fieldsV1: { type: "object" },
    manager: text,
    operation: text,
    subresource: text,
    time,
  },
  default: {},
};

const clusterScoped: Schema = {
  type: "object",
  properties: {
    annotations: textMap,
    creationTimestamp: time,
    deletionGracePeriodSeconds: int64,
    deletionTimestamp: time,
    finalizers: { type: "array", items: givenText, "x-kubernetes-list-type": "set" },
    generateName: text,
    generation: int64,
    labels: textMap,
    managedFields: { type: "array", items: managedFieldsEntry, "x-kubernetes-list-type": "atomic" },
    name: text,
    ownerReferences: {
      type: "array",
      items: ownerReference,
      "x-kubernetes-list-type": "map",
      "x-kubernetes-list-map-keys": ["uid"],
    },
    resourceVersion: text,
    selfLink: text,
    uid: text,
  },
};

const namespaced: Schema = {
  ...clusterScoped,
  properties: { ...clusterScoped.properties, namespace: text },
};

/**
 * Returns the schema of metav1.ObjectMeta. The schema has the field `namespace` only for namespaced kinds.
 */
export function objectMetaSchema(scope: { namespaced: boolean }): Schema {
  return scope.namespaced ? namespaced : clusterScoped;
}
