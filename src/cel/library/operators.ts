/** The operators of CEL: arithmetic with overflow checks, comparison, membership and indexing. */
import { compare, equals, sameness } from "../value/compare.ts";
import { CelError, DataError, fail, noOverload, noSuchKey } from "../value/error.ts";
import type { Meter } from "../value/meter.ts";
import { Duration, Timestamp } from "../value/time.ts";
import { isMap, ListValue, Opaque, Optional, Uint, type Value } from "../value/values.ts";
import { constantTime, type FunctionDeclaration, operator, withMacroOverloads } from "./declare.ts";

const MIN_INT = -(2n ** 63n);
const MAX_INT = 2n ** 63n - 1n;
const MAX_UINT = 2n ** 64n - 1n;

/** Returns an int. Throws a CelError when the value does not fit into a signed 64-bit integer. */
export function int64(value: bigint): bigint {
  return value < MIN_INT || value > MAX_INT ? fail("overflow", "integer overflow") : value;
}

/** Returns a uint. Throws a CelError when the value does not fit into an unsigned 64-bit integer. */
export function uint64(value: bigint): Uint {
  if (value < 0n || value > MAX_UINT) fail("overflow", "unsigned integer overflow");
  return new Uint(value);
}

/** Applies an arithmetic operator to two numbers of the same type. Returns undefined for other operands. */
function numbers(
  onInt: (a: bigint, b: bigint) => bigint,
  onDouble: ((a: number, b: number) => number) | undefined,
  a: Value,
  b: Value,
): Value | undefined {
  if (typeof a === "bigint" && typeof b === "bigint") return int64(onInt(a, b));
  if (a instanceof Uint && b instanceof Uint) return uint64(onInt(a.value, b.value));
  if (onDouble && typeof a === "number" && typeof b === "number") return onDouble(a, b);
  return undefined;
}

/** Implements `a + b`. */
export function add(a: Value, b: Value, meter: Meter): Value {
  if (typeof a === "string" && typeof b === "string") return a + b;
  const sum = numbers((x, y) => x + y, (x, y) => x + y, a, b);
  if (sum !== undefined) return sum;
  if (a instanceof ListValue && b instanceof ListValue) return concatenate(a, b, meter);
  if (a instanceof Uint8Array && b instanceof Uint8Array) return joined(a, b);
  if (a instanceof Duration && b instanceof Duration) return new Duration(a.nanos + b.nanos);
  if (a instanceof Timestamp && b instanceof Duration) return shift(a, b.nanos);
  if (a instanceof Duration && b instanceof Timestamp) return shift(b, a.nanos);
  return noOverload();
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(a.length + b.length);
  bytes.set(a);
  bytes.set(b, a.length);
  return bytes;
}

function shift(time: Timestamp, nanos: bigint): Timestamp {
  return new Timestamp(time.nanos + nanos, time.offsetMinutes);
}

/** The cost of copying one element, in addition to the cost of reading the element. */
const COPIED = 30;

/**
 * Concatenates two lists. If the first list has a schema, the elements of the second list are converted
 * with this schema, and the schema's `x-kubernetes-list-type` determines how duplicates are handled. In a
 * list of type `set`, an element that the first list already contains is not added. In a list of type
 * `map`, an element of the second list replaces the element with the same key.
 */
function concatenate(a: ListValue, b: ListValue, meter: Meter): ListValue {
  const { typing } = a;
  if (!typing && a.size === 0) return b;
  if (!typing && b.size === 0) return a;
  meter.charge((a.size + b.size) * COPIED);
  if (!typing) return ListValue.of([...a.items(meter), ...b.items(meter)]);
  const { identity } = typing;
  const left = a.items(meter);
  const right = b.items(meter).map((item) => typing.adopt(item, meter));
  if (!identity) return ListValue.typed(typing, [...left, ...right]);
  const replaces = left.some(isMap) || right.some(isMap);
  // An element that contradicts the schema is represented by an error object. The error object itself is used
  // as the key, so the element equals no other element.
  const keyOf = (item: Value | CelError) => item instanceof CelError ? item : identity(item, meter);
  const merged = new Map(left.map((element) => [keyOf(element), element]));
  for (const element of right) {
    const key = keyOf(element);
    if (replaces || !merged.has(key)) merged.set(key, element);
  }
  return ListValue.typed(typing, [...merged.values()]);
}

function subtract(a: Value, b: Value): Value {
  const difference = numbers((x, y) => x - y, (x, y) => x - y, a, b);
  if (difference !== undefined) return difference;
  if (a instanceof Duration && b instanceof Duration) return new Duration(a.nanos - b.nanos);
  if (a instanceof Timestamp && b instanceof Duration) return shift(a, -b.nanos);
  if (a instanceof Timestamp && b instanceof Timestamp) return new Duration(a.nanos - b.nanos);
  return noOverload();
}

function multiply(a: Value, b: Value): Value {
  return numbers((x, y) => x * y, (x, y) => x * y, a, b) ?? noOverload();
}

function divide(a: Value, b: Value): Value {
  const by = (x: bigint, y: bigint) => y === 0n ? fail("division", "division by zero") : x / y;
  return numbers(by, (x, y) => x / y, a, b) ?? noOverload();
}

function modulo(a: Value, b: Value): Value {
  const by = (x: bigint, y: bigint) => {
    if (y === 0n) fail("division", "modulus by zero");
    // For the minimum int and -1, cel-go fails because the quotient overflows. This function must fail too,
    // although the remainder would be 0.
    return x === MIN_INT && y === -1n ? int64(-x) : x % y;
  };
  return numbers(by, undefined, a, b) ?? noOverload();
}

function negate(value: Value): Value {
  if (typeof value === "bigint") return int64(-value);
  if (typeof value === "number") return -value;
  return value instanceof Duration ? new Duration(-value.nanos) : noOverload();
}

function isIn(value: Value, container: Value, meter: Meter): Value {
  if (isMap(container)) return container.has(value, meter);
  if (!(container instanceof ListValue)) return noOverload();
  const { isTyped } = container;
  let unknown: CelError | undefined;
  for (let index = 0; index < container.size; index++) {
    const element = container.at(index, meter);
    try {
      const same = isTyped ? sameness(element, value, meter) : sameness(value, element, meter);
      if (same) return true;
      if (same === undefined) unknown ??= new CelError("overload", "no such overload");
    } catch (error) {
      // An element that contradicts its schema equals no value. In a list with a schema, the error is stored,
      // and thrown after the loop unless a later element equals the value.
      if (!(error instanceof DataError)) throw error;
      unknown ??= error;
    }
  }
  if (unknown !== undefined && isTyped) throw unknown;
  return false;
}

/**
 * Implements `container[key]`. Throws a CelError when the container lacks the key or index.
 *
 * @param shown Whether the message may contain the key. A key may be user data, which messages must not
 * contain.
 * @param path The path of the expression for messages; see {@link CelFailure.missing}.
 */
export function at(
  container: Value,
  key: Value,
  shown: boolean,
  meter: Meter,
  path?: string,
): Value {
  if (container instanceof Optional) {
    return container.value === undefined ? container : optionalAt(container, key, meter);
  }
  const value = lookup(container, key, meter);
  if (value !== undefined) return value;
  if (container instanceof ListValue) {
    throw new CelError("pending", `index out of bounds${shown ? `: ${keyText(key)}` : ""}`, path);
  }
  return noSuchKey(shown ? keyText(key) : undefined, path);
}

/**
 * Implements `container[?key]`. Returns an optional, which is absent when the container lacks the key or
 * index.
 */
export function optionalAt(container: Value, key: Value, meter: Meter): Optional {
  if (container instanceof Optional) {
    return container.value === undefined ? container : optionalAt(container.value, key, meter);
  }
  return Optional.of(lookup(container, key, meter));
}

function keyText(key: Value): string {
  if (key instanceof Uint) return String(key.value);
  return typeof key === "object" ? "" : String(key);
}

function lookup(container: Value, key: Value, meter: Meter): Value | undefined {
  if (typeof key === "object" && !(key instanceof Uint)) fail("argument", "unsupported index type");
  if (isMap(container)) return container.find(key, meter);
  if (!(container instanceof ListValue)) {
    return container instanceof Opaque ? container.field(key) : undefined;
  }
  const index = listIndex(key);
  if (index < 0 || index >= container.size) return undefined;
  if (container.isTyped && typeof key !== "bigint") {
    throw new DataError("overload", "a list with a schema takes only an int as index");
  }
  return container.at(index, meter);
}

function listIndex(key: Value): number {
  if (typeof key === "bigint") return Number(key);
  if (key instanceof Uint && key.value <= MAX_INT) return Number(key.value);
  if (typeof key === "number" && Number.isInteger(key) && Math.abs(key) < 2 ** 63) return key;
  return fail("overload", "unsupported index type in a list");
}

const ARITHMETIC = ["double, double -> double", "int, int -> int", "uint, uint -> uint"];
const ORDERED = ["bool", "int", "uint", "double", "string", "bytes", "timestamp", "duration"];

/**
 * Additional overloads of relations such as `<`, which cel-go's checker accepts from the first macro of an
 * expression on. The keys are the types of the left operand, and the values are the types of the right
 * operand. The order of the types matters, because a type variable is bound by the first overload that fits.
 */
const MIXED: Readonly<Record<string, readonly string[]>> = {
  int: ["double", "uint"],
  uint: ["double", "int"],
  double: ["int", "uint"],
};

/**
 * Declares a relation such as `<`.
 *
 * @param holds Converts the result of comparing the two operands to the result of the relation. The result of
 * the comparison is negative if the left operand is less, zero if both are equal, positive if the left
 * operand is greater, and NaN if one of them is NaN.
 */
function relation(name: string, holds: (order: number) => boolean): FunctionDeclaration {
  const alike = ORDERED.map((type) => `${type}, ${type}`);
  const all = ORDERED.flatMap((a) => [a, ...MIXED[a] ?? []].map((b) => `${a}, ${b}`));
  const declared = operator(
    name,
    alike,
    "bool",
    (a: Value, b: Value, meter: Meter) => holds(compare(a, b, meter)),
  );
  return withMacroOverloads(declared, all, "bool");
}

/**
 * The placeholder implementation of operators that the evaluator compiles itself. These operators are
 * declared only for the type checker.
 */
const builtIn = (): Value => noOverload();

/** The declarations of all operators. */
export const OPERATORS: readonly FunctionDeclaration[] = [
  operator("_?_:_", "bool, A, A", "A", builtIn),
  operator("_&&_", "bool, bool", "bool", builtIn),
  operator("_||_", "bool, bool", "bool", builtIn),
  constantTime(
    operator(
      "!_",
      "bool",
      "bool",
      (value: Value) => typeof value === "boolean" ? !value : noOverload(),
    ),
  ),
  constantTime(operator("-_", ["double -> double", "int -> int"], "int", negate)),
  operator("_==_", "A, A", "bool", equals),
  // As in cel-go, `==` fails for two values that cannot be compared, but `!=` returns true for them.
  operator(
    "_!=_",
    "A, A",
    "bool",
    (a: Value, b: Value, meter: Meter) => sameness(a, b, meter) !== true,
  ),
  relation("_<_", (order) => order < 0),
  relation("_<=_", (order) => order <= 0),
  relation("_>_", (order) => order > 0),
  relation("_>=_", (order) => order >= 0),
  operator(
    "_+_",
    [
      "bytes, bytes -> bytes",
      "double, double -> double",
      "duration, duration -> duration",
      "duration, timestamp -> timestamp",
      "timestamp, duration -> timestamp",
      "int, int -> int",
      "list(A), list(A) -> list(A)",
      "string, string -> string",
      "uint, uint -> uint",
    ],
    "dyn",
    add,
  ),
  operator(
    "_-_",
    [
      "double, double -> double",
      "duration, duration -> duration",
      "int, int -> int",
      "timestamp, duration -> timestamp",
      "timestamp, timestamp -> duration",
      "uint, uint -> uint",
    ],
    "dyn",
    subtract,
  ),
  operator("_*_", ARITHMETIC, "dyn", multiply),
  operator("_/_", ARITHMETIC, "dyn", divide),
  operator("_%_", ["int, int -> int", "uint, uint -> uint"], "dyn", modulo),
  operator("@in", ["A, list(A)", "A, map(A, B)"], "bool", isIn),
  operator(
    "_[_]",
    [
      "list(A), int -> A",
      "map(A, B), A -> B",
      "optional(list(A)), int -> optional(A)",
      "optional(map(A, B)), A -> optional(B)",
    ],
    "dyn",
    builtIn,
  ),
  operator(
    "_[?_]",
    [
      "list(A), int -> optional(A)",
      "map(A, B), A -> optional(B)",
      "optional(list(A)), int -> optional(A)",
      "optional(map(A, B)), A -> optional(B)",
    ],
    "dyn",
    builtIn,
  ),
];
