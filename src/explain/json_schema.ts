/** Converts the schemas of kinds to JSON Schema, for editors. */
import {
  apiVersionOf,
  type GroupVersionKind,
  isObject,
  type Json,
  type JsonObject,
} from "../api/mod.ts";
import type { Schema } from "../openapi/mod.ts";

/**
 * Returns a JSON Schema (draft 7, which the YAML language server reads) of the objects of a kind. Objects may
 * not have fields that the schema does not declare, because the API server would drop such fields.
 *
 * @param schema The schema of a whole object.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { jsonSchema } from "./mod.ts";
 *
 * const kind = { group: "x.dev", version: "v1", kind: "Cart" };
 * const schema = jsonSchema(kind, { type: "object", properties: { spec: { type: "object" } } });
 * assert.deepEqual(schema.required, ["apiVersion", "kind", "metadata"]);
 * ```
 */
export function jsonSchema(kind: GroupVersionKind, schema: Schema): JsonObject {
  const root = converted(schema as unknown as JsonObject) as JsonObject;
  return {
    $schema: "http://json-schema.org/draft-07/schema#",
    title: `${kind.kind} of ${apiVersionOf(kind)}`,
    ...root,
    properties: {
      ...isObject(root.properties) ? root.properties : {},
      apiVersion: { const: apiVersionOf(kind) },
      kind: { const: kind.kind },
      metadata: METADATA,
    },
    required: ["apiVersion", "kind", "metadata"],
  };
}

const STRINGS = { type: "object", additionalProperties: { type: "string" } };

const METADATA: JsonObject = {
  type: "object",
  properties: {
    name: { type: "string" },
    namespace: { type: "string" },
    labels: STRINGS,
    annotations: STRINGS,
  },
};

/** Converts a schema of OpenAPI v3 with Kubernetes' extensions to JSON Schema. */
function converted(schema: JsonObject): Json {
  const result: JsonObject = {};
  for (const [key, value] of Object.entries(schema)) {
    if (key === "nullable" || key.startsWith("x-kubernetes-")) continue;
    if (key === "properties" && isObject(value)) {
      const fields = Object.entries(value).map(([name, each]) =>
        [name, converted(each as JsonObject)] as const
      );
      result.properties = Object.fromEntries(fields);
    } else if (["items", "additionalProperties", "not"].includes(key) && isObject(value)) {
      result[key] = converted(value);
    } else if (["allOf", "anyOf", "oneOf"].includes(key) && Array.isArray(value)) {
      result[key] = value.filter(isObject).map(converted);
    } else result[key] = value;
  }
  if (schema["x-kubernetes-int-or-string"] === true) {
    delete result.format;
    result.type = ["integer", "string"];
  }
  if (schema.nullable === true && typeof result.type === "string") {
    result.type = [result.type, "null"];
  }
  const isClosed = isObject(schema.properties) && schema.additionalProperties === undefined &&
    schema["x-kubernetes-preserve-unknown-fields"] !== true;
  if (isClosed) result.additionalProperties = false;
  return result;
}
