/** Compares CEL values for equality and order. */
import { Duration, Timestamp } from "./time.ts";
import { DataError, noOverload } from "./error.ts";
import { ACCESS_COST, type Meter } from "./meter.ts";
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
 * Implements the operator `==` of CEL. Numbers of different types are compared by their values, and values
 * of other different types are unequal. Throws a CelError when {@link sameness} returns undefined.
 */
export function equals(a: Value, b: Value, meter: Meter): boolean {
  return sameness(a, b, meter) ??
    noOverload(a instanceof Omit ? "omit() cannot be compared" : undefined);
}

/**
 * Reports whether two values are equal. Null equals only null. Returns undefined when the values cannot be
 * compared. For example, a list with a schema cannot be compared with a string. The same holds for a map with
 * a schema and for values of most library types, such as quantities.
 */
export function sameness(a: Value, b: Value, meter: Meter): boolean | undefined {
  return a === null || b === null ? a === b : methodSameness(a, b, meter);
}

/**
 * Reports whether two elements of lists or maps without a schema are equal. As in cel-go, two elements count
 * as equal if they cannot be compared, or if one of them contradicts its schema.
 */
function likeness(a: Value, b: Value, meter: Meter): boolean {
  try {
    return sameness(a, b, meter) ?? true;
  } catch (error) {
    if (error instanceof DataError) return true;
    throw error;
  }
}

/**
 * Compares two values with the rules of the left value's type, as cel-go does. If the left value is a list
 * with a schema, for example, it cannot be compared with null.
 */
function methodSameness(a: Value, b: Value, meter: Meter): boolean | undefined {
  if (a === null) return b === null;
  if (a instanceof Omit) return undefined;
  if (a instanceof Opaque) {
    chargeShorter(a, b, meter);
    return b instanceof Opaque && a.typeName === b.typeName ? a.equals(b, meter) : a.likeOthers;
  }
  if (numeric(a) !== undefined) return numeric(b) !== undefined && compare(a, b, meter) === 0;
  if (isMap(a)) return sameMaps(a, b, meter);
  if (typeof a === "string") {
    // Strings of different lengths are unequal, so their characters need not be compared.
    if (typeof b !== "string" || a.length !== b.length) return false;
    chargeShorter(a, b, meter);
    return a === b;
  }
  if (typeof a !== "object" || typeof b !== "object" || b === null) {
    return a instanceof ListValue && a.isTyped ? undefined : a === b;
  }
  if (a instanceof ListValue) return sameLists(a, b, meter);
  if (a instanceof Uint8Array) {
    if (!(b instanceof Uint8Array) || a.length !== b.length) return false;
    chargeShorter(a, b, meter);
    return compareBytes(a, b) === 0;
  }
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

/**
 * Compares two lists whose `x-kubernetes-list-type` is `set` or `map`, with the same number of elements. The
 * order of the elements does not matter.
 */
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
      // `find` returns undefined for a null field of an object with a schema. If the field is null in both
      // objects, the two fields count as equal.
      if (left !== right || !isTyped) return false;
      continue;
    }
    const same = isTyped ? methodSameness(left, right, meter) : likeness(left, right, meter);
    if (same !== true) return same;
  }
  return true;
}

/**
 * Charges for comparing the characters or bytes of two values, up to the length of the shorter value. Charges
 * nothing if one of the values has no characters or bytes.
 */
function chargeShorter(a: Value, b: Value, meter: Meter): void {
  meter.charge(Math.min(charactersOf(a), charactersOf(b)) * ACCESS_COST.compared);
}

/** Returns the number of characters or bytes of a value that a comparison may read. */
function charactersOf(value: Value): number {
  if (value instanceof Opaque) return value.characters;
  return typeof value === "string" || value instanceof Uint8Array ? value.length : 0;
}

/** Returns the number that a CEL value represents; undefined for values that are not numbers. */
function numeric(value: Value): bigint | number | undefined {
  if (typeof value === "bigint" || typeof value === "number") return value;
  return value instanceof Uint ? value.value : undefined;
}

/**
 * Compares the order of two values. Returns a negative number if `a` is less than `b`, 0 if they are equal, a
 * positive number if `a` is greater, and NaN if one of them is NaN. An integer and a double are compared as
 * doubles. Throws a CelError when the values cannot be ordered.
 */
export function compare(a: Value, b: Value, meter: Meter): number {
  // As in cel-go, a NaN on the left can be compared with a value of any type, and the result is unordered.
  if (typeof a === "number" && Number.isNaN(a)) return NaN;
  const left = numeric(a);
  const right = numeric(b);
  if (left !== undefined && right !== undefined) {
    return typeof left === typeof right
      ? ordered(left, right)
      : ordered(Number(left), Number(right));
  }
  chargeShorter(a, b, meter);
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

/** The number of characters that are compared in one step, with one comparison of two substrings. */
const CHUNK = 256;

/** Compares two strings by their code points, which is also the order of their UTF-8 bytes. */
export function compareText(a: string, b: string): number {
  if (a === b) return 0;
  let index = 0;
  const isChunk = () => index + CHUNK <= a.length && index + CHUNK <= b.length;
  while (isChunk() && a.slice(index, index + CHUNK) === b.slice(index, index + CHUNK)) {
    index += CHUNK;
  }
  while (index < a.length && index < b.length && a.charCodeAt(index) === b.charCodeAt(index)) {
    index++;
  }
  if (index === a.length || index === b.length) return a.length - b.length;
  const [left, right] = [a.charCodeAt(index), b.charCodeAt(index)];
  // A surrogate is half of a code point above U+FFFF, so it is ordered after every unit that is a code point
  // of its own.
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
