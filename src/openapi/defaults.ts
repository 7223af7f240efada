/** Structural defaulting as the API server does it for objects of a CRD (Kubernetes: "Defaulting"). */
import { isObject, type Json, type JsonObject } from "../api/mod.ts";
import type { Schema } from "./schema.ts";

/**
 * The value with the schema's defaults filled in; the given value stays as it is. A property that
 * is absent gets its default, and defaults inside of that are filled as well; null counts as absent
 * where the schema does not allow it.
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
    if (result[name] === null && !property.nullable && property.default !== undefined) {
      delete result[name];
    }
    const present = result[name] === undefined ? structuredClone(property.default) : result[name];
    if (present !== undefined) result[name] = filled(property, present);
  }
  const { additionalProperties } = schema;
  if (typeof additionalProperties === "object") {
    for (const [key, entry] of Object.entries(result)) {
      if (schema.properties?.[key] || entry === undefined) continue;
      result[key] = filled(additionalProperties, entry);
    }
  }
  return result;
}
