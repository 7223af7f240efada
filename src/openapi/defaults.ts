/** Fills in the defaults of a structural schema, as the API server does for custom resources. */
import { define, isObject, type Json, type JsonObject, ownValue } from "../api/mod.ts";
import type { Schema } from "./schema.ts";

/**
 * Returns a copy of a value in which missing fields have the schema's defaults. If a default is an object,
 * its missing fields are filled in too. A null counts as missing if the property has a default and is not
 * nullable. The rules are described under "Defaulting" in the Kubernetes documentation of
 * CustomResourceDefinitions.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { withDefaults } from "./mod.ts";
 *
 * const schema = { type: "object", properties: { size: { type: "integer", default: 3 } } };
 * assert.deepEqual(withDefaults(schema, { name: "a" }), { name: "a", size: 3 });
 * ```
 */
export function withDefaults<T>(schema: Schema, value: T): T {
  return filled(schema, value as Json) as T;
}

function filled(schema: Schema, value: Json): Json {
  if (Array.isArray(value)) {
    const { items } = schema;
    return items ? value.map((item) => filled(items, item)) : value;
  }
  if (!isObject(value)) return value;
  const result: JsonObject = { ...value };
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    const given = ownValue(result, name) as Json | undefined;
    const isReplaced = given === null && !property.nullable && property.default !== undefined;
    const present = given === undefined || isReplaced ? structuredClone(property.default) : given;
    if (present !== undefined) define(result, name, filled(property, present));
  }
  const { additionalProperties, properties } = schema;
  if (typeof additionalProperties === "object") {
    for (const [key, entry] of Object.entries(result)) {
      if (entry === undefined || (properties && Object.hasOwn(properties, key))) continue;
      const complete = filled(additionalProperties, entry);
      if (complete !== entry) result[key] = complete;
    }
  }
  return result;
}
