/**
 * Converts CEL values to JSON. A list or map that an expression passed through unchanged is converted to the
 * same JSON object from which it was created.
 */
import { integerJson, type Json, type JsonObject } from "../../api/mod.ts";
import { encodeBase64 } from "./base64.ts";
import { CelError, fail } from "./error.ts";
import type { Meter } from "./meter.ts";
import { Duration, formatGoDuration, formatKubernetesTime, Timestamp } from "./time.ts";
import {
  isMap,
  ListValue,
  type MapValue,
  Omit,
  Optional,
  TypeValue,
  Uint,
  type Value,
} from "./values.ts";

const MAX_INT = 2n ** 63n - 1n;

/** A counter for optionals without a value, which are written to JSON as null. */
export interface AbsentCount {
  /** The number of absent optionals that were found so far. */
  absent: number;
}

/** A path in a JSON value: names of fields, and indexes of list elements. */
export type JsonPath = (string | number)[];

/**
 * Returns a value as JSON. Returns undefined for `omit()`, which means that the enclosing object or list
 * leaves out the field or element. Throws a CelError when the value cannot be written as JSON.
 *
 * @param bytes Whether bytes are written as base64. If false, a value that contains bytes causes an error.
 */
export function jsonOf(
  value: Value,
  meter: Meter,
  bytes = false,
  count?: AbsentCount,
): Json | undefined {
  if (value === null || typeof value === "boolean" || typeof value === "string") return value;
  if (typeof value === "number") {
    return Number.isFinite(value)
      ? value
      : fail("conversion", "NaN and infinity cannot be written as JSON");
  }
  if (typeof value === "bigint") return integer(value);
  if (value instanceof Uint) return integer(value.value);
  if (value instanceof Uint8Array) {
    if (bytes) return encodeBase64(value);
    return fail(
      "conversion",
      "bytes cannot be written here; convert them with string() or base64.encode()",
    );
  }
  // As in Go's metav1.Time, the zero time is written as null.
  if (value instanceof Timestamp) return value.isZero ? null : formatKubernetesTime(value);
  if (value instanceof Duration) return formatGoDuration(value);
  if (value instanceof Optional) {
    if (value.value !== undefined) return jsonOf(value.value, meter, bytes, count);
    if (count) count.absent++;
    return null;
  }
  if (value instanceof ListValue) {
    return value.isNative ? value.json as Json : list(value, meter, bytes, count);
  }
  if (isMap(value)) return value.json ?? map(value, meter, bytes, count);
  if (value instanceof Omit) return undefined;
  const type = value instanceof TypeValue ? "type" : value.typeName;
  return fail("conversion", `a value of type ${type} cannot be written as JSON`);
}

function integer(value: bigint): Json {
  return value > MAX_INT ? fail("overflow", "uint is out of the range of int") : integerJson(value);
}

/**
 * Returns the paths at which the JSON of a value contains null because an optional in the value is absent.
 */
export function absentPaths(value: Value, meter: Meter): JsonPath[] {
  if (value instanceof Optional) {
    return value.value === undefined ? [[]] : absentPaths(value.value, meter);
  }
  if (value instanceof ListValue) {
    if (value.isNative) return [];
    const kept = [...value.values(meter)].filter((element) => !(element instanceof Omit));
    return kept.flatMap((element, index) => below(index, element, meter));
  }
  if (!isMap(value) || value.json) return [];
  return [...value.entries(meter)].flatMap(([key, item]) =>
    item instanceof CelError ? [] : below(String(key), item, meter)
  );
}

function below(step: string | number, value: Value, meter: Meter): JsonPath[] {
  return absentPaths(value, meter).map((path) => [step, ...path]);
}

function list(value: ListValue, meter: Meter, bytes: boolean, count?: AbsentCount): Json {
  const items: Json[] = [];
  for (const element of value.values(meter)) {
    const json = jsonOf(element, meter, bytes, count);
    if (json !== undefined) items.push(json);
  }
  return items;
}

/**
 * Returns the JSON of a map's key; undefined for a uint. The JSON may be of any type, so the caller must
 * reject a key whose JSON is not a string.
 */
export function keyJson(key: Value, meter: Meter): Json | undefined {
  return key instanceof Uint ? undefined : jsonOf(key, meter);
}

function map(value: MapValue, meter: Meter, bytes: boolean, count?: AbsentCount): Json {
  const entries: [string, Json][] = [];
  for (const [key, item] of value.entries(meter)) {
    const name = keyJson(key, meter);
    if (typeof name !== "string") {
      return fail("conversion", "keys of a map must be strings to be written as JSON");
    }
    if (item instanceof CelError) return fail("conversion", item.message);
    const json = jsonOf(item, meter, bytes, count);
    if (json !== undefined) entries.push([name, json]);
  }
  // `Object.fromEntries` defines properties instead of assigning them, so the key "__proto__" does not
  // change the prototype.
  return Object.fromEntries(entries) as JsonObject;
}
