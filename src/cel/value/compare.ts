/** Equality and order of values. */
import { Duration, Timestamp } from "./time.ts";
import { DataError, noOverload } from "./error.ts";
import type { Meter } from "./meter.ts";
import {
  isMap,
  ListValue,
  type MapValue,
  Omit,
  Opaque,
  Optional,
  TypeValue,
  Uint,
  type Value,
} from "./values.ts";

/**
 * CEL's `==`: numbers are compared by value across types, and values of different types are unequal.
 * Throws a CelError where {@link sameness} is undefined.
 */
export function equals(a: Value, b: Value, meter: Meter): boolean {
  return sameness(a, b, meter) ??
    noOverload(a instanceof Omit ? "omit() cannot be compared" : undefined);
}

/**
 * Whether two values are equal; undefined when they cannot be compared: a library's value, or a list or
 * map with a schema, and a value of another type.
 */
export function sameness(a: Value, b: Value, meter: Meter): boolean | undefined {
  return a === null || b === null ? a === b : methodSameness(a, b, meter);
}

/**
 * Whether elements of lists and maps without a schema are equal. As in cel-go, elements that cannot be
 * compared or contradict their schema count as equal.
 */
function likeness(a: Value, b: Value, meter: Meter): boolean {
  try {
    return sameness(a, b, meter) ?? true;
  } catch (error) {
    if (error instanceof DataError) return true;
    throw error;
  }
}

/** Compares as the left value's type does in cel-go. Null on the right is not a special case here. */
function methodSameness(a: Value, b: Value, meter: Meter): boolean | undefined {
  if (a === null) return b === null;
  if (a instanceof Omit) return undefined;
  if (a instanceof Opaque) {
    return b instanceof Opaque && a.typeName === b.typeName ? a.equals(b, meter) : a.likeOthers;
  }
  if (numeric(a) !== undefined) return numeric(b) !== undefined && compare(a, b) === 0;
  if (isMap(a)) return sameMaps(a, b, meter);
  if (typeof a !== "object" || typeof b !== "object" || b === null) {
    return a instanceof ListValue && a.isTyped ? undefined : a === b;
  }
  if (a instanceof ListValue) return sameLists(a, b, meter);
  if (a instanceof Uint8Array) return b instanceof Uint8Array && compareBytes(a, b) === 0;
  if (a instanceof Timestamp) return b instanceof Timestamp && a.nanos === b.nanos;
  if (a instanceof Duration) return b instanceof Duration && a.nanos === b.nanos;
  if (a instanceof TypeValue) return b instanceof TypeValue && a.name === b.name;
  if (a instanceof Optional && b instanceof Optional) {
    if (a.value === undefined || b.value === undefined) return a.value === b.value;
    return methodSameness(a.value, b.value, meter);
  }
  return false;
}

function sameLists(a: ListValue, b: Value, meter: Meter): boolean | undefined {
  if (!(b instanceof ListValue)) return a.isTyped ? undefined : false;
  if (a.size !== b.size) return false;
  const identity = a.typing?.identity;
  if (identity) return sameUnordered(a, b, identity, meter);
  for (let index = 0; index < a.size; index++) {
    const [left, right] = [a.at(index, meter), b.at(index, meter)];
    const same = a.isTyped ? methodSameness(left, right, meter) : likeness(left, right, meter);
    if (same !== true) return same;
  }
  return true;
}

/** Compares lists of `x-kubernetes-list-type` set or map, whose order does not count. */
function sameUnordered(
  a: ListValue,
  b: ListValue,
  identity: (element: Value, meter: Meter) => string,
  meter: Meter,
): boolean | undefined {
  const known = new Map(
    Array.from(a.values(meter), (element) => [identity(element, meter), element]),
  );
  for (const element of b.values(meter)) {
    const counterpart = known.get(identity(element, meter));
    const same = counterpart !== undefined && methodSameness(counterpart, element, meter);
    if (same !== true) return same;
  }
  return true;
}

function sameMaps(a: MapValue, b: Value, meter: Meter): boolean | undefined {
  const { isTyped } = a;
  if (!isMap(b)) return isTyped ? undefined : false;
  if (a.size(meter) !== b.size(meter)) return false;
  for (const key of a.keys(meter)) {
    const [left, right] = [a.find(key, meter), b.find(key, meter)];
    if (left === undefined || right === undefined) {
      // A null field of an object is a key without a value; objects are equal if both lack it.
      if (left !== right || !isTyped) return false;
      continue;
    }
    const same = isTyped ? methodSameness(left, right, meter) : likeness(left, right, meter);
    if (same !== true) return same;
  }
  return true;
}

/** The number that a value holds; undefined for values of other types. */
function numeric(value: Value): bigint | number | undefined {
  if (typeof value === "bigint" || typeof value === "number") return value;
  return value instanceof Uint ? value.value : undefined;
}

/**
 * The order of two values: negative, zero or positive, and NaN when one of them is NaN. An int or uint
 * and a double are compared as doubles. Throws a CelError for values without a common order.
 */
export function compare(a: Value, b: Value): number {
  // As in cel-go, a NaN on the left is unordered with values of any type.
  if (typeof a === "number" && Number.isNaN(a)) return NaN;
  const left = numeric(a);
  const right = numeric(b);
  if (left !== undefined && right !== undefined) {
    return typeof left === typeof right
      ? ordered(left, right)
      : ordered(Number(left), Number(right));
  }
  if (typeof a === "string" && typeof b === "string") return compareText(a, b);
  if (typeof a === "boolean" && typeof b === "boolean") return Number(a) - Number(b);
  if (a instanceof Uint8Array && b instanceof Uint8Array) return compareBytes(a, b);
  const times = (a instanceof Timestamp && b instanceof Timestamp) ||
    (a instanceof Duration && b instanceof Duration);
  if (!times) return Number.isNaN(b) && isOrdered(a) ? NaN : noOverload();
  return a.nanos < b.nanos ? -1 : a.nanos > b.nanos ? 1 : 0;
}

function isOrdered(value: Value): boolean {
  return typeof value === "string" || typeof value === "boolean" ||
    value instanceof Uint8Array || value instanceof Timestamp || value instanceof Duration;
}

function ordered(a: bigint | number, b: bigint | number): number {
  return a < b ? -1 : a > b ? 1 : a === b ? 0 : NaN;
}

/** Order by code points, which is the order of the UTF-8 bytes. */
export function compareText(a: string, b: string): number {
  let index = 0;
  while (index < a.length && index < b.length && a.charCodeAt(index) === b.charCodeAt(index)) {
    index++;
  }
  if (index === a.length || index === b.length) return a.length - b.length;
  const [left, right] = [a.charCodeAt(index), b.charCodeAt(index)];
  // Surrogates encode code points above every other UTF-16 unit.
  const rank = (unit: number) => unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
  return rank(left) - rank(right);
}

function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const length = Math.min(a.length, b.length);
  for (let index = 0; index < length; index++) {
    const difference = (a[index] ?? 0) - (b[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}
