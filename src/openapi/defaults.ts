/** Fills in the defaults of a structural schema, as the API server does for custom resources. */
import {
  copyOf,
  define,
  type Json,
  type JsonObject,
  mapItems,
  mapValues,
  ownValue,
} from "../api/mod.ts";
import type { Schema } from "./schema.ts";
import { partsOf } from "./walk.ts";

/**
 * Returns a value in which missing fields have the schema's defaults; the value itself when no default is
 * missing. The result shares the unchanged parts of the given value, and the defaults of the schema. If a
 * default is an object, its missing fields are filled in too. A null counts as missing if the property has a
 * default and is not nullable. The rules are described under "Defaulting" in the Kubernetes documentation of
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
  if (typeof value !== "object" || value === null || !hasDefaults(schema)) return value;
  const { properties, items, additionalProperties } = schema;
  if (Array.isArray(value)) {
    return items && hasDefaults(items) ? mapItems(value, (item) => filled(items, item)) : value;
  }
  const result = properties ? withProperties(properties, value) : value;
  return typeof additionalProperties === "object" && hasDefaults(additionalProperties)
    ? withEntries(additionalProperties, properties, result)
    : result;
}

/** Fills in the defaults of the fields that a schema declares. */
function withProperties(properties: Record<string, Schema>, value: JsonObject): JsonObject {
  let result = value;
  for (const name in properties) {
    const property = properties[name]!;
    const given = ownValue(value, name) as Json | undefined;
    const isReplaced = given === null && !property.nullable && property.default !== undefined;
    const complete = given === undefined || isReplaced
      ? defaultOf(property)
      : filled(property, given);
    if (complete === given) continue;
    if (result === value) {
      const keys = Object.keys(value);
      if (keys.length === 0) return defaultsOf(properties);
      result = copyOf(value, keys);
    }
    define(result, name, complete);
  }
  return result;
}

/** Fills in the defaults inside the values of a map, except of the fields that the schema declares. */
function withEntries(
  values: Schema,
  properties: Record<string, Schema> | undefined,
  value: JsonObject,
): JsonObject {
  const isDeclared = (key: string) => properties !== undefined && Object.hasOwn(properties, key);
  return mapValues(value, (entry, key) => isDeclared(key) ? entry : filled(values, entry));
}

/**
 * The complete default of each schema with a default. All values with this default share one object, because
 * an object of 1.5 MB may lack the default in 500,000 places.
 */
const defaults = new WeakMap<Schema, Json>();

/** Returns the default of a schema, in which missing fields have their defaults; undefined without a default. */
function defaultOf(schema: Schema): Json | undefined {
  if (typeof schema.default !== "object" || schema.default === null) return schema.default;
  let known = defaults.get(schema);
  if (known === undefined) defaults.set(schema, known = filled(schema, schema.default));
  return known;
}

/** The defaults of the fields of each schema. All empty objects share them, for the same reason. */
const fieldDefaults = new WeakMap<Record<string, Schema>, JsonObject>();

/** Returns the defaults of the fields that a schema declares. */
function defaultsOf(properties: Record<string, Schema>): JsonObject {
  let known = fieldDefaults.get(properties);
  if (known) return known;
  known = {};
  for (const name in properties) {
    const value = defaultOf(properties[name]!);
    if (value !== undefined) define(known, name, value);
  }
  fieldDefaults.set(properties, known);
  return known;
}

/** Whether each schema, or one of its subschemas, has a default for a field. Schemas never change. */
const known = new WeakMap<Schema, boolean>();

/** Reports whether a value may lack a default of the schema or of one of its subschemas. */
function hasDefaults(schema: Schema): boolean {
  let has = known.get(schema);
  if (has === undefined) {
    has = partsOf(schema).some((part) => part.default !== undefined || hasDefaults(part));
    known.set(schema, has);
  }
  return has;
}
