/** Removes unknown fields of a custom resource, as the API server does. */
import {
  define,
  isObject,
  type Json,
  type JsonObject,
  type KubeObject,
  ownValue,
} from "../api/mod.ts";
import type { Schema } from "./schema.ts";

/**
 * Returns a copy of a custom resource without the fields that the schema does not declare. The rules are
 * described under "Field pruning" in the Kubernetes documentation of CustomResourceDefinitions.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { pruned } from "./mod.ts";
 *
 * const spec = { type: "object", properties: { size: { type: "integer" } } };
 * const head = { apiVersion: "kro.run/v1", kind: "Shop", metadata: { name: "a" } };
 * const shop = pruned({ type: "object", properties: { spec } }, { ...head, spec: { size: 1, old: 2 } });
 * assert.deepEqual(shop.spec, { size: 1 });
 * ```
 */
export function pruned(schema: Schema, object: KubeObject): KubeObject {
  const { apiVersion, kind, metadata, ...rest } = object;
  return { apiVersion, kind, metadata, ...without(schema, rest as JsonObject) as JsonObject };
}

function without(schema: Schema, value: Json): Json {
  if (schema["x-kubernetes-preserve-unknown-fields"] && !schema.properties) return value;
  if (Array.isArray(value)) {
    const { items } = schema;
    return items ? value.map((item) => without(items, item)) : value;
  }
  if (!isObject(value)) return value;
  const { properties = {}, additionalProperties } = schema;
  const keepsOthers = schema["x-kubernetes-preserve-unknown-fields"] ||
    additionalProperties === true;
  const result: JsonObject = {};
  for (const [key, field] of Object.entries(value)) {
    if (field === undefined) continue;
    const own = ownValue(properties, key) as Schema | undefined;
    const below = own ??
      (typeof additionalProperties === "object" ? additionalProperties : undefined);
    if (below) define(result, key, without(below, field));
    else if (keepsOthers || isEmbedded(schema, key)) define(result, key, field);
  }
  return result;
}

/**
 * Reports whether the key is apiVersion, kind or metadata of an embedded object. The API server keeps these
 * three fields even if the schema does not declare them.
 */
function isEmbedded(schema: Schema, key: string): boolean {
  return schema["x-kubernetes-embedded-resource"] === true &&
    ["apiVersion", "kind", "metadata"].includes(key);
}
