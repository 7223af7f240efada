/** Merging maps, and leaving fields out. */
import { noOverload } from "../value/error.ts";
import { ComputedMap, isMap, type MapValue, Omit, type Value } from "../value/values.ts";
import { type FunctionDeclaration, member, plain } from "./declare.ts";

function* entries(map: MapValue): Generator<[Value, Value]> {
  for (const key of map.keys()) {
    const value = map.find(key);
    if (value !== undefined) yield [key, value];
  }
}

/** The right one wins. */
function merge(left: MapValue, right: MapValue): Value {
  const result = new ComputedMap(entries(right));
  for (const [key, value] of entries(left)) if (!result.has(key)) result.set(key, value);
  return result;
}

/** Maps are merged at every depth; anything else is replaced by the right one. */
function deepMerge(left: Value, right: Value): Value {
  if (!isMap(left) || !isMap(right)) return noOverload("deepMerge");
  const result = new ComputedMap(entries(left));
  for (const [key, value] of entries(right)) {
    const before = result.exact(key);
    result.set(key, isMap(before) && isMap(value) ? deepMerge(before, value) : value);
  }
  return result;
}

/** Maps, and `omit()`. */
export const MAPS: readonly FunctionDeclaration[] = [
  member("merge", "map(A, B), map(A, B)", "map(A, B)", merge),
  member("deepMerge", "dyn, dyn", "dyn", deepMerge),
  plain("omit", "", "dyn", () => Omit.instance),
];
