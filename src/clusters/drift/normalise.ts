/** One form for values that the API server holds equal: what is compared, never what is sent. Pure. */
import { isObject, type Json, type JsonObject, Label } from "../../api/mod.ts";
import type { Schema } from "../../openapi/mod.ts";

/** Metadata that the server keeps to itself: server-side apply strips it from what we own. */
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

/** Start of the pattern that Kubernetes' generators give to quantities of custom resources. */
const QUANTITY_PATTERN = "^(\\+|-)?(([0-9]+(\\.[0-9]*)?)|(\\.[0-9]+))(([KMGTPE]i)";

const QUANTITY = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,3})|([numkMGTPE]|[KMGTPE]i))?$/;

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
 * The fields of an object that may be compared between what is live and what is wanted: without its
 * identity, and without the label that names kro's version, which never causes a write by itself.
 */
export function comparable(value: Json | undefined, schema?: Schema): JsonObject {
  if (!isObject(value)) return {};
  const { apiVersion: _version, kind: _kind, metadata, ...rest } = value;
  const normal = normaliseObject(rest, schema);
  const kept = normaliseObject(withoutSystemFields(metadata), schema?.properties?.metadata);
  return Object.keys(kept).length === 0 ? normal : { ...normal, metadata: kept };
}

function withoutSystemFields(metadata: Json | undefined): JsonObject {
  if (!isObject(metadata)) return {};
  const kept = Object.fromEntries(
    Object.entries(metadata).filter(([key]) => !SYSTEM_METADATA.has(key)),
  );
  if (!isObject(kept.labels)) return kept;
  const { [Label.kroVersion]: _version, ...labels } = kept.labels;
  return { ...kept, labels };
}

/**
 * A value in its normal form: nulls, empty maps and empty lists are as good as absent, as Kubernetes'
 * API conventions have it, and a quantity is what it amounts to. Integer-or-string fields keep their type, for a port 80 is not a port named "80".
 */
export function normalise(value: Json, schema?: Schema): Json {
  if (Array.isArray(value)) return value.map((item) => normalise(item, schema?.items));
  if (isObject(value)) return normaliseObject(value, schema);
  return isQuantity(schema) ? quantity(value) : value;
}

function normaliseObject(value: JsonObject, schema: Schema | undefined): JsonObject {
  const result: JsonObject = {};
  for (const [key, field] of Object.entries(value)) {
    if (field === null || field === undefined) continue;
    const normal = normalise(field, fieldSchema(schema, key));
    if (typeof normal === "object" && Object.keys(normal ?? {}).length === 0) continue;
    result[key] = normal;
  }
  return result;
}

function fieldSchema(schema: Schema | undefined, key: string): Schema | undefined {
  const own = schema?.properties && Object.hasOwn(schema.properties, key)
    ? schema.properties[key]
    : undefined;
  if (own) return own;
  const others = schema?.additionalProperties;
  return typeof others === "object" ? others : undefined;
}

/** Built-in kinds write a quantity as string or number without a format, custom ones by its pattern. */
function isQuantity(schema: Schema | undefined): boolean {
  if (!schema) return false;
  if (schema["x-kubernetes-int-or-string"] || schema.format === "int-or-string") {
    return schema.pattern?.startsWith(QUANTITY_PATTERN) ?? false;
  }
  const types = (schema.oneOf ?? []).map((alternative) => alternative.type).sort();
  return types.length === 2 && types[0] === "number" && types[1] === "string";
}

/** `1000m`, `1` and `1.0` as one text, by exact arithmetic; what is no quantity stays as it is. */
export function quantity(value: Json): Json {
  if (!["string", "number", "bigint"].includes(typeof value)) return value;
  const match = QUANTITY.exec(String(value).trim());
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
