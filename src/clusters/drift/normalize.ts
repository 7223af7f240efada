/**
 * Normalizes values before they are compared, so that values which the API server treats as equal become
 * equal. Only comparisons use normalized values; requests contain the original values. All functions are
 * pure.
 */
import { checkDepth, define, isObject, type Json, type JsonObject, Label } from "../../api/mod.ts";
import type { Schema } from "../../openapi/mod.ts";

/**
 * The fields of an object's metadata that no field manager owns. Server-side apply (KEP-555) leaves these
 * fields out of the managed fields.
 */
const SYSTEM_METADATA: ReadonlySet<string> = new Set([
  "creationTimestamp",
  "deletionGracePeriodSeconds",
  "deletionTimestamp",
  "generation",
  "managedFields",
  "name",
  "namespace",
  "resourceVersion",
  "selfLink",
  "uid",
]);

/**
 * The beginning of the pattern by which controller-gen marks a quantity in the schema of a custom resource.
 */
const QUANTITY_PATTERN = "^(\\+|-)?(([0-9]+(\\.[0-9]*)?)|(\\.[0-9]+))(([KMGTPE]i)";

const QUANTITY = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,3})|([numkMGTPE]|[KMGTPE]i))?$/;

/**
 * The maximum length of a quantity, in characters. The API server stores a quantity as a 64-bit number and an
 * exponent, which take fewer than 40 characters.
 */
const MAX_QUANTITY = 64;

const DECIMAL: Record<string, number> = {
  n: -9,
  u: -6,
  m: -3,
  k: 3,
  M: 6,
  G: 9,
  T: 12,
  P: 15,
  E: 18,
};

/**
 * Returns the normalized fields by which the live object and the desired object are compared. The identity of
 * the object is left out. The label with kro's version is left out as well, so that a new version of kro
 * alone writes no object.
 */
export function comparable(value: Json | undefined, schema?: Schema): JsonObject {
  if (!isObject(value)) return {};
  const { apiVersion: _version, kind: _kind, metadata, ...rest } = value;
  const normal = normalizeObject(rest, schema, 0);
  const kept = normalizeObject(withoutSystemFields(metadata), schema?.properties?.metadata, 1);
  return Object.keys(kept).length === 0 ? normal : { ...normal, metadata: kept };
}

/**
 * Returns the metadata of an object without the label of kro's version, and without the fields that no field
 * manager owns.
 */
export function withoutSystemFields(metadata: Json | undefined): JsonObject {
  if (!isObject(metadata)) return {};
  const kept = Object.fromEntries(
    Object.entries(metadata).filter(([key]) => !SYSTEM_METADATA.has(key)),
  );
  if (!isObject(kept.labels)) return kept;
  const { [Label.kroVersion]: _version, ...labels } = kept.labels;
  return { ...kept, labels };
}

/**
 * Returns the normal form of a value. Null, empty maps and empty lists count as absent, as the Kubernetes API
 * conventions define, and equal quantities get the same form. Integer-or-string fields keep their type,
 * because port 80 is not the port named "80". Throws TooDeepError when the value is nested too deeply.
 */
export function normalize(value: Json, schema?: Schema, level = 0): Json {
  if (Array.isArray(value)) {
    checkDepth(level);
    return value.map((item) => normalize(item, schema?.items, level + 1));
  }
  if (isObject(value)) return normalizeObject(value, schema, level);
  return isQuantity(schema) ? quantity(value) : value;
}

function normalizeObject(
  value: JsonObject,
  schema: Schema | undefined,
  level: number,
): JsonObject {
  checkDepth(level);
  const result: JsonObject = {};
  for (const [key, field] of Object.entries(value)) {
    if (field === null || field === undefined) continue;
    const normal = normalize(field, fieldSchema(schema, key), level + 1);
    if (isEmpty(normal)) continue;
    define(result, key, normal);
  }
  return result;
}

/**
 * Returns whether a value is an empty list or an empty object. Only the first key of an object is read,
 * because an object may have many keys.
 */
function isEmpty(value: Json): boolean {
  if (Array.isArray(value)) return value.length === 0;
  if (typeof value !== "object" || value === null) return false;
  for (const _ in value) return false;
  return true;
}

function fieldSchema(schema: Schema | undefined, key: string): Schema | undefined {
  const own = schema?.properties && Object.hasOwn(schema.properties, key)
    ? schema.properties[key]
    : undefined;
  if (own) return own;
  const others = schema?.additionalProperties;
  return typeof others === "object" ? others : undefined;
}

/**
 * Returns true when the schema describes a quantity. In built-in kinds, a quantity is a union of string and
 * number. In CRDs, a quantity has a pattern that starts with {@link QUANTITY_PATTERN}.
 */
function isQuantity(schema: Schema | undefined): boolean {
  if (!schema) return false;
  if (schema["x-kubernetes-int-or-string"] || schema.format === "int-or-string") {
    return schema.pattern?.startsWith(QUANTITY_PATTERN) ?? false;
  }
  if (!schema.oneOf) return false;
  const types = schema.oneOf.map((alternative) => alternative.type).sort();
  return types.length === 2 && types[0] === "number" && types[1] === "string";
}

/**
 * Returns the same string for equal quantities, such as `1000m`, `1` and `1.0`. The arithmetic is exact.
 * Values that are not quantities are returned unchanged. Numbers of more than {@link MAX_QUANTITY} characters
 * are returned unchanged as well, because the time of the arithmetic is quadratic in the length.
 */
export function quantity(value: Json): Json {
  if (!["string", "number", "bigint"].includes(typeof value)) return value;
  const text = String(value);
  if (text.length > MAX_QUANTITY) return value;
  const match = QUANTITY.exec(text.trim());
  if (!match) return value;
  const [, sign, whole = "", fraction = "", exponent, suffix] = match;
  if (whole === "" && fraction === "") return value;
  let digits = BigInt(whole + fraction);
  let power = Number(exponent ?? 0) - fraction.length;
  if (suffix?.endsWith("i")) digits *= 1024n ** BigInt("KMGTPE".indexOf(suffix[0]!) + 1);
  else if (suffix) power += DECIMAL[suffix]!;
  if (digits === 0n) return "0";
  while (digits % 10n === 0n) {
    digits /= 10n;
    power++;
  }
  return `${sign === "-" ? "-" : ""}${digits}e${power}`;
}
