/** Merging maps, and leaving fields out. */
import { attempt, noOverload } from "../value/error.ts";
import { ComputedMap, isMap, type MapValue, Omit, type Value } from "../value/values.ts";
import { type FunctionDeclaration, member, plain } from "./declare.ts";

/** The right one wins. */
function merge(left: MapValue, right: MapValue): Value {
  const result = new ComputedMap(right.entries());
  for (const [key, value] of left.entries()) if (!result.has(key)) result.set(key, value);
  return result;
}

/** Maps are merged at every depth; anything else is replaced by the right one. */
function deepMerge(left: Value, right: Value): Value {
  if (!isMap(left) || !isMap(right)) return noOverload("deepMerge");
  if (left.size === 0 || right.size === 0) return left.size === 0 ? right : left;
  const result = new ComputedMap(left.entries());
  for (const [key, value] of right.entries()) {
    const before = result.exact(key);
    result.set(
      key,
      isMap(before) && isMap(value) ? attempt(() => deepMerge(before, value)) : value,
    );
  }
  return result;
}

/** Maps, and `omit()`. */
export const MAPS: readonly FunctionDeclaration[] = [
  member("merge", "map(A, B), map(A, B)", "map(A, B)", merge),
  member("deepMerge", "dyn, dyn", "dyn", deepMerge),
  plain("omit", "", "dyn", () => Omit.instance),
];
