/** kro's map functions and `omit()`. */
import { attempt, noOverload } from "../value/error.ts";
import { ComputedMap } from "../value/maps.ts";
import type { Meter } from "../value/meter.ts";
import { isMap, type MapValue, Omit, type Value } from "../value/values.ts";
import { type FunctionDeclaration, member, plain } from "./declare.ts";

/** `merge`: of keys in both maps, the value of the right one. */
function merge(left: MapValue, right: MapValue, meter: Meter): Value {
  const result = ComputedMap.of(right.entries(meter), meter);
  for (const [key, value] of left.entries(meter)) {
    if (!result.has(key, meter)) result.set(key, value, meter);
  }
  return result;
}

/** `deepMerge`: merges nested maps too; of other values in both maps, the right one. */
function deepMerge(left: Value, right: Value, meter: Meter): Value {
  if (!isMap(left) || !isMap(right)) return noOverload("deepMerge");
  if (left.size(meter) === 0 || right.size(meter) === 0) {
    return left.size(meter) === 0 ? right : left;
  }
  const result = ComputedMap.of(left.entries(meter), meter);
  for (const [key, value] of right.entries(meter)) {
    const before = result.exact(key);
    const merged = isMap(before) && isMap(value)
      ? attempt(() => deepMerge(before, value, meter), meter)
      : value;
    result.set(key, merged, meter);
  }
  return result;
}

/** Declarations of the map functions and `omit()`. */
export const MAPS: readonly FunctionDeclaration[] = [
  member("merge", "map(A, B), map(A, B)", "map(A, B)", merge),
  member("deepMerge", "dyn, dyn", "dyn", deepMerge),
  plain("omit", "", "dyn", () => Omit.instance),
];
