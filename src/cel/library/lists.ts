/**
 * The functions of lists: from cel-go's extension library, from Kubernetes' library, and kro's own functions
 * `lists.*`.
 */
import { compare, sameness } from "../value/compare.ts";
import { attempt, CelError, fail, noOverload } from "../value/error.ts";
import { keyIdentity } from "../value/keys.ts";
import type { Meter } from "../value/meter.ts";
import { Duration } from "../value/time.ts";
import { ListValue, Uint, type Value } from "../value/values.ts";
import { type FunctionDeclaration, member, plain } from "./declare.ts";
import { add } from "./operators.ts";
import { typeName } from "./standard.ts";

/** The cost of inspecting one element of a list, in addition to the cost of reading the element. */
const TAKEN = 45;

/** The fixed cost of comparing two sort keys. The cost of reading the characters of the keys is added. */
const COMPARED = 15;

/**
 * The maximum length of the list that `lists.range` returns. The number equals the cost units that one
 * evaluation may use by default.
 */
const MAX_RANGE = 10_000_000n;

const COMPARABLE = ["int", "uint", "double", "bool", "duration", "timestamp", "string", "bytes"];

function slice(list: ListValue, start: bigint, end: bigint, meter: Meter): ListValue {
  const size = BigInt(list.size);
  if (start < 0n || end < start || end > size) {
    fail("argument", "slice(): the range is out of bounds");
  }
  return ListValue.of(list.items(meter).slice(Number(start), Number(end)));
}

function flatten(list: ListValue, depth = 1n, meter: Meter): ListValue {
  if (depth < 0n) fail("argument", "flatten(): the depth must not be negative");
  const items: (Value | CelError)[] = [];
  const visit = (from: ListValue, left: bigint): void => {
    for (const item of from.items(meter)) {
      meter.charge(TAKEN);
      if (item instanceof ListValue && left > 0n) visit(item, left - 1n);
      else items.push(item);
    }
  };
  visit(list, depth);
  return ListValue.of(items);
}

/**
 * Sorts elements by their keys. Throws a CelError unless all keys have the same type and values of this type
 * can be ordered.
 */
export function sortByKeys(pairs: { item: Value; key: Value }[], meter: Meter): ListValue {
  const [first] = pairs;
  if (first === undefined) return ListValue.of([]);
  const kind = typeName(first.key);
  if (pairs.some(({ key }) => typeName(key) !== kind)) {
    fail("argument", "list elements must have the same type to be sorted");
  }
  if (!isOrdered(first.key)) fail("argument", "list elements must be comparable to be sorted");
  const ordered = pairs.sort((a, b) => {
    meter.charge(COMPARED);
    return compare(a.key, b.key, meter);
  });
  return ListValue.of(ordered.map(({ item }) => item));
}

function sort(list: Value, meter: Meter): ListValue {
  if (!(list instanceof ListValue)) return noOverload("sort");
  return sortByKeys(
    list.items(meter).map((item) =>
      item instanceof CelError
        ? fail("argument", "list elements must be comparable to be sorted")
        : { item, key: item }
    ),
    meter,
  );
}

function distinct(list: ListValue, meter: Meter): ListValue {
  const items: (Value | CelError)[] = [];
  const seen = new Set<string>();
  for (const item of list.items(meter)) {
    if (item instanceof CelError) {
      items.push(item);
      continue;
    }
    meter.charge(TAKEN);
    const identity = keyIdentity(item, meter);
    // NaN does not equal itself, so no NaN in the list counts as a duplicate.
    const isKnown = identity === undefined
      ? items.some((other) => !(other instanceof CelError) && sameness(item, other, meter))
      : seen.has(identity) && !Number.isNaN(item);
    if (isKnown) continue;
    if (identity !== undefined) seen.add(identity);
    items.push(item);
  }
  return ListValue.of(items);
}

/**
 * Reports whether `distinct` must compare each element with every other element, because the elements have no
 * identity string (see {@link keyIdentity}). Only the first element of the list is examined.
 */
function isUnidentified(list: ListValue, meter: Meter): boolean {
  const first = attempt(() => list.at(0, meter), meter);
  return first instanceof CelError || keyIdentity(first, meter) === undefined;
}

function range(size: bigint): ListValue {
  if (size < 0n) fail("argument", "lists.range(): the size must not be negative");
  if (size > MAX_RANGE) fail("cost", `lists.range(): the size exceeds ${MAX_RANGE}`);
  return ListValue.lazy(Number(size), BigInt);
}

function isSorted(list: ListValue, meter: Meter): boolean {
  let before: Value | undefined;
  for (let index = 0; index < list.size; index++) {
    const value = orderedAt(list, index, meter);
    if (before !== undefined && leniently(before, value, meter) > 0) return false;
    before = value;
  }
  return true;
}

/** Reads an element that can be ordered. Throws a CelError when the element cannot be ordered. */
function orderedAt(list: ListValue, index: number, meter: Meter): Value {
  const value = attempt(() => list.at(index, meter), meter);
  return value instanceof CelError || !isOrdered(value) ? noOverload() : value;
}

/**
 * Compares two elements. Elements of different types, which occur only in a list of type dyn, count as
 * equal.
 */
function leniently(a: Value, b: Value, meter: Meter): number {
  meter.charge(COMPARED);
  return orderOf(a) === orderOf(b) ? compare(a, b, meter) : 0;
}

/**
 * Returns the name of a value's type, or `number` for an int, uint or double. Two values can be ordered only
 * if these names are equal.
 */
function orderOf(value: Value): string {
  const name = typeName(value);
  return ["int", "uint", "double"].includes(name) ? "number" : name;
}

const ORDERED = new Set(
  ["number", "bool", "string", "bytes", "google.protobuf.Timestamp", "google.protobuf.Duration"],
);

function isOrdered(value: Value): boolean {
  return ORDERED.has(orderOf(value));
}

/** Declares the method `min` (sign -1) or `max` (sign 1). */
function extreme(name: string, sign: number): FunctionDeclaration {
  return member(
    name,
    COMPARABLE.map((type) => `list(${type}) -> ${type}`),
    "dyn",
    (list: ListValue, meter: Meter) => {
      if (list.size === 0) fail("argument", `${name}(): the list is empty`);
      let best = orderedAt(list, 0, meter);
      for (let index = 1; index < list.size; index++) {
        const item = orderedAt(list, index, meter);
        if (leniently(item, best, meter) * sign > 0) best = item;
      }
      return best;
    },
  );
}

function sum(type: string, zero: Value): FunctionDeclaration {
  return member("sum", `list(${type})`, type, (list: ListValue, meter: Meter) => {
    let total = zero;
    for (const item of list.values(meter)) total = add(total, item, meter);
    return total;
  });
}

function indexOf(list: ListValue, wanted: Value, meter: Meter): bigint {
  for (let index = 0; index < list.size; index++) {
    if (sameness(list.at(index, meter), wanted, meter)) return BigInt(index);
  }
  return -1n;
}

function lastIndexOf(list: ListValue, wanted: Value, meter: Meter): bigint {
  for (let index = list.size - 1; index >= 0; index--) {
    if (sameness(list.at(index, meter), wanted, meter)) return BigInt(index);
  }
  return -1n;
}

/**
 * Checks an index that is passed to one of kro's `lists.*` functions, and returns the index as a number. An
 * index that is out of range fails with the code `argument` instead of `pending`, because waiting for more
 * data would not help.
 */
function position(list: ListValue, index: bigint, last: number): number {
  return index < 0n || index > BigInt(last)
    ? fail("argument", `index is out of range of a list of ${list.size}`)
    : Number(index);
}

/** The declarations of cel-go's list library. */
export const LISTS: readonly FunctionDeclaration[] = [
  member("slice", "list(A), int, int", "list(A)", slice),
  member("flatten", ["list(list(A)) -> list(A)", "list(dyn), int -> list(dyn)"], "dyn", flatten),
  {
    ...member("sort", COMPARABLE.map((type) => `list(${type}) -> list(${type})`), "dyn", sort),
    checksArguments: true,
  },
  {
    ...member("distinct", "list(A)", "list(A)", distinct),
    // Elements without an identity string are compared with each other, so the number of comparisons is up to
    // the square of the number of elements.
    steps: (list: ListValue, meter: Meter) =>
      list.size > 0 && isUnidentified(list, meter) ? list.size ** 2 : 0,
  },
  member(
    "reverse",
    "list(A)",
    "list(A)",
    (list: ListValue, meter: Meter) => ListValue.of(list.items(meter).reverse()),
  ),
  plain("lists.range", "int", "list(int)", range),
];

/** The declarations of Kubernetes' list library and of kro's `lists.*` functions. */
export const KUBERNETES_LISTS: readonly FunctionDeclaration[] = [
  member("isSorted", COMPARABLE.map((type) => `list(${type})`), "bool", isSorted),
  sum("int", 0n),
  sum("uint", new Uint(0n)),
  sum("double", 0),
  sum("duration", new Duration(0n)),
  extreme("min", -1),
  extreme("max", 1),
  member("indexOf", "list(A), A", "int", indexOf),
  member("lastIndexOf", "list(A), A", "int", lastIndexOf),
  plain(
    "lists.setAtIndex",
    "list(A), int, A",
    "list(A)",
    (list: ListValue, index: bigint, value: Value, meter: Meter) =>
      ListValue.of(list.items(meter).with(position(list, index, list.size - 1), value)),
  ),
  plain("lists.insertAtIndex", "list(A), int, A", "list(A)", (
    list: ListValue,
    index: bigint,
    value: Value,
    meter: Meter,
  ) => ListValue.of(list.items(meter).toSpliced(position(list, index, list.size), 0, value))),
  plain(
    "lists.removeAtIndex",
    "list(A), int",
    "list(A)",
    (list: ListValue, index: bigint, meter: Meter) =>
      ListValue.of(list.items(meter).toSpliced(position(list, index, list.size - 1), 1)),
  ),
];
