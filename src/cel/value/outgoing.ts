/** Values to JSON. Objects that came in as JSON and were not touched go out as that same JSON. */
import { integerJson, type Json, type JsonObject } from "../../api/mod.ts";
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

/** JSON of a value; undefined for `omit()`, which takes its holder with it. */
export function jsonOf(value: Value, meter: Meter): Json | undefined {
  if (value === null || typeof value === "boolean" || typeof value === "string") return value;
  if (typeof value === "number") {
    return Number.isFinite(value) ? value : fail("conversion", "NaN and infinity are no JSON");
  }
  if (typeof value === "bigint") return integer(value);
  if (value instanceof Uint) return integer(value.value);
  if (value instanceof Uint8Array) {
    return fail("conversion", "bytes cannot be written; encode them, such as with base64.encode()");
  }
  // The zero time is no time to Kubernetes.
  if (value instanceof Timestamp) return value.isZero ? null : formatKubernetesTime(value);
  if (value instanceof Duration) return formatGoDuration(value);
  if (value instanceof Optional) {
    return value.value === undefined ? null : jsonOf(value.value, meter);
  }
  if (value instanceof ListValue) return list(value, meter);
  if (isMap(value)) return value.json ?? map(value, meter);
  if (value instanceof Omit) return undefined;
  const type = value instanceof TypeValue ? "type" : value.typeName;
  return fail("conversion", `a value of type ${type} cannot be written`);
}

function integer(value: bigint): Json {
  return value > MAX_INT ? fail("overflow", "uint is out of the range of int") : integerJson(value);
}

function list(value: ListValue, meter: Meter): Json {
  const items: Json[] = [];
  for (const element of value.values(meter)) {
    const json = jsonOf(element, meter);
    if (json !== undefined) items.push(json);
  }
  return items;
}

/** JSON of a key, which only a string may be; no other is looked at. */
export function keyJson(key: Value, meter: Meter): Json | undefined {
  return key instanceof Uint ? undefined : jsonOf(key, meter);
}

function map(value: MapValue, meter: Meter): Json {
  const entries: [string, Json][] = [];
  for (const [key, item] of value.entries(meter)) {
    const name = keyJson(key, meter);
    if (typeof name !== "string") {
      return fail("conversion", "keys of a map must be strings to be written");
    }
    if (item instanceof CelError) return fail("conversion", item.message);
    const json = jsonOf(item, meter);
    if (json !== undefined) entries.push([name, json]);
  }
  // fromEntries defines properties, so that a key such as "__proto__" is a key like any other.
  return Object.fromEntries(entries) as JsonObject;
}
