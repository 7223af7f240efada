/**
 * Converts the OpenAPI JSON that an API server publishes to {@link Schema}. The caller passes a function that
 * resolves references between schemas.
 */
import { define, isObject, type Json, type JsonObject, MAX_DEPTH } from "../api/mod.ts";
import type { Schema } from "./schema.ts";

/**
 * The schema keywords that are copied unchanged. Keywords that kro does not use, such as descriptions, are
 * dropped to save memory.
 */
export const PLAIN_KEYWORDS: ReadonlySet<string> = new Set([
  "type",
  "format",
  "required",
  "default",
  "enum",
  "nullable",
  "pattern",
  "minimum",
  "maximum",
  "minLength",
  "maxLength",
  "minItems",
  "maxItems",
  "x-kubernetes-preserve-unknown-fields",
  "x-kubernetes-int-or-string",
  "x-kubernetes-embedded-resource",
  "x-kubernetes-list-type",
  "x-kubernetes-list-map-keys",
  "x-kubernetes-map-type",
]);

/** Returns the schema that a `$ref` at this nesting level refers to. */
export type Resolve = (ref: string, level: number) => Schema;

/**
 * Converts a schema and all of its subschemas. A subschema that is nested deeper than {@link MAX_DEPTH} becomes
 * a schema that accepts any value, because functions that read schemas recurse.
 *
 * @param complete Changes the schema of each value in place, after the schemas of the value's fields and
 * elements. Is not called for the schemas in `allOf`, `anyOf`, `oneOf` and `not`.
 * @param level The nesting level of the schema.
 */
export function convert(
  json: Json | undefined,
  resolve: Resolve,
  complete?: (schema: Schema) => void,
  level = 0,
): Schema {
  if (!isObject(json)) return {};
  if (level > MAX_DEPTH) return { "x-kubernetes-preserve-unknown-fields": true };
  const own = convertOwn(json, resolve, complete, level);
  const ref = refOf(json);
  const target = ref === undefined ? undefined : resolve(ref, level);
  if (target && Object.keys(own).length === 0) return target;
  const schema = target ? { ...target, ...own } : own;
  complete?.(schema);
  return schema;
}

/**
 * Returns the `$ref` of a schema; undefined when the schema is not a reference. If a schema has a reference
 * and other keywords, such as a default, Kubernetes puts the reference into `allOf`. Kubernetes uses `allOf`
 * for nothing else, so this function also returns a `$ref` inside `allOf`.
 */
export function refOf(json: JsonObject): string | undefined {
  if (typeof json.$ref === "string") return json.$ref;
  if (!Array.isArray(json.allOf)) return undefined;
  for (const entry of json.allOf) {
    if (isObject(entry) && typeof entry.$ref === "string") return entry.$ref;
  }
  return undefined;
}

function convertOwn(
  json: JsonObject,
  resolve: Resolve,
  complete: ((schema: Schema) => void) | undefined,
  level: number,
): Schema {
  const below = (value: Json | undefined) => convert(value, resolve, complete, level + 1);
  const schema: Schema = {};
  // Most schemas have few of the keywords, so the keywords are not looked up one by one.
  let isPlain = true;
  for (const key in json) {
    if (!PLAIN_KEYWORDS.has(key)) isPlain = false;
    else if (json[key] !== undefined) (schema as JsonObject)[key] = json[key];
  }
  if (isPlain) return schema;
  const condition = (value: Json) => convert(value, resolve, undefined, level + 1);
  const each = (list: Json[]) => list.map(condition);
  if (isObject(json.properties)) {
    const { properties } = json;
    const converted: Record<string, Schema> = {};
    for (const name of Object.keys(properties)) define(converted, name, below(properties[name]));
    schema.properties = converted;
  }
  if (json.items !== undefined) schema.items = below(json.items);
  if (json.not !== undefined) schema.not = condition(json.not);
  if (Array.isArray(json.oneOf)) schema.oneOf = each(json.oneOf);
  if (Array.isArray(json.anyOf)) schema.anyOf = each(json.anyOf);
  if (Array.isArray(json.allOf) && refOf(json) === undefined) schema.allOf = each(json.allOf);
  const values = json.additionalProperties;
  if (typeof values === "boolean") schema.additionalProperties = values;
  else if (values !== undefined) schema.additionalProperties = below(values);
  return schema;
}
