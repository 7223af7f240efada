/** Fills in the defaults of a structural schema, as the API server does for custom resources. */
import { define, isObject, type Json, type JsonObject, ownValue } from "../api/mod.ts";
import type { Schema } from "./schema.ts";

/**
 * Returns a value in which missing fields have the schema's defaults. The result shares the parts of the given
 * value that lack no default. If a default is an object, its missing fields are filled in too. A null counts as missing if the property has a default and is not
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

/** Returns the value itself when no default is missing, because copying a large value takes long. */
function filled(schema: Schema, value: Json): Json {
  if (Array.isArray(value)) return schema.items ? filledList(schema.items, value) : value;
  if (!isObject(value)) return value;
  let result: JsonObject = value;
  const put = (name: string, field: Json) => {
    if (result === value) result = { ...value };
    define(result, name, field);
  };
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    const given = ownValue(value, name) as Json | undefined;
    const isReplaced = given === null && !property.nullable && property.default !== undefined;
    const present = given === undefined || isReplaced ? structuredClone(property.default) : given;
    if (present === undefined) continue;
    const complete = filled(property, present);
    if (complete !== given) put(name, complete);
  }
  const { additionalProperties, properties } = schema;
  if (typeof additionalProperties === "object") {
    for (const key in value) {
      const entry = value[key];
      if (entry === undefined || (properties && Object.hasOwn(properties, key))) continue;
      const complete = filled(additionalProperties, entry);
      if (complete !== entry) put(key, complete);
    }
  }
  return result;
}

function filledList(items: Schema, list: Json[]): Json[] {
  let result = list;
  for (const [i, item] of list.entries()) {
    const complete = filled(items, item);
    if (complete === item) continue;
    if (result === list) result = [...list];
    result[i] = complete;
  }
  return result;
}
