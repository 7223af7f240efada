/** kro's functions for maps, and the function `omit()`. */
import { attempt, noOverload } from "../value/error.ts";
import { ComputedMap } from "../value/maps.ts";
import type { Meter } from "../value/meter.ts";
import { isMap, type MapValue, Omit, type Value } from "../value/values.ts";
import { type FunctionDeclaration, member, plain } from "./declare.ts";

/** Implements `merge`. For a key that both maps contain, the value of the right map is used. */
function merge(left: MapValue, right: MapValue, meter: Meter): Value {
  const result = ComputedMap.of(right.entries(meter), meter);
  for (const [key, value] of left.entries(meter)) {
    if (!result.has(key, meter)) result.set(key, value, meter);
  }
  return result;
}

/**
 * Implements `deepMerge`. Throws a CelError unless both arguments are maps. For a key that both maps contain,
 * two values that are maps are merged recursively; otherwise the value of the right map is used.
 */
function deepMerge(left: Value, right: Value, meter: Meter): Value {
  if (!isMap(left) || !isMap(right)) return noOverload("deepMerge");
  if (left.size(meter) === 0 || right.size(meter) === 0) {
    return left.size(meter) === 0 ? right : left;
  }
  const result = ComputedMap.of(left.entries(meter), meter);
  for (const [key, value] of right.entries(meter)) {
    const before = result.exact(key, meter);
    const merged = isMap(before) && isMap(value)
      ? attempt(() => deepMerge(before, value, meter), meter)
      : value;
    result.set(key, merged, meter);
  }
  return result;
}

/** The declarations of the functions for maps and of `omit()`. */
export const MAPS: readonly FunctionDeclaration[] = [
  member("merge", "map(A, B), map(A, B)", "map(A, B)", merge),
  member("deepMerge", "dyn, dyn", "dyn", deepMerge),
  plain("omit", "", "dyn", () => Omit.instance),
];
