/**
 * Computes identities of values. Equal elements of a set have the same identity, and so do equal keys of a
 * map.
 */
import { fail } from "./error.ts";
import { ACCESS_COST, type Meter } from "./meter.ts";
import { Duration, Timestamp } from "./time.ts";
import { isMap, ListValue, Opaque, TypeValue, Uint, type Value } from "./values.ts";

/**
 * Returns an identity string, which is the same for all equal values, such as `1`, `1u` and `1.0`. Returns
 * undefined for a value without an identity string, such as a list or a map. Such values must be compared one
 * by one.
 */
export function keyIdentity(key: Value, meter: Meter): string | undefined {
  if (typeof key === "string") return textIdentity(key, meter);
  if (typeof key === "boolean") return `b${key}`;
  if (typeof key === "bigint") return `n${key}`;
  if (key instanceof Uint) return `n${key.value}`;
  if (typeof key === "number") return Number.isInteger(key) ? `n${BigInt(key)}` : `d${key}`;
  if (key instanceof Timestamp) return `t${key.nanos}`;
  return key instanceof Duration ? `u${key.nanos}` : undefined;
}

function textIdentity(key: string, meter: Meter): string {
  meter.charge(key.length * ACCESS_COST.hashed);
  return `s${key}`;
}

/**
 * Returns the identity of a map's key, with the rules of cel-go. `1` and `1u` are different keys. A list, a
 * map, or an opaque value without {@link Opaque.keyText} is its own identity. Each NaN gets a new identity,
 * because NaN is unequal to itself. Each list or map of JSON without a schema also gets a new identity.
 * Throws a CelError for a value that cannot be a key.
 */
export function entryIdentity(key: Value, meter: Meter): unknown {
  if (typeof key === "string") return textIdentity(key, meter);
  if (typeof key === "bigint") return `int${key}`;
  if (key instanceof Uint) return `uint${key.value}`;
  if (typeof key === "number") return Number.isNaN(key) ? Symbol("NaN") : `d${key}`;
  if (key === null) return "null";
  if (key instanceof TypeValue) return `type ${key.name}`;
  const known = keyIdentity(key, meter);
  if (known !== undefined || typeof key !== "object") return known ?? "";
  if (key instanceof Uint8Array || key instanceof Opaque && !key.isHashable) {
    return fail("conversion", "a value of this type cannot be a map key");
  }
  const text = key instanceof Opaque ? key.keyText : undefined;
  if (text !== undefined) return `opaque ${text}`;
  const isPlain = (isMap(key) || key instanceof ListValue) && key.json && !key.isTyped;
  return isPlain ? Symbol("plain JSON") : key;
}
