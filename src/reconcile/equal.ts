/** Equality of JSON: keys in any order, absent and undefined alike. */
import { isObject } from "../api/mod.ts";

/** True when both would be the same JSON text but for the order of keys. */
export function equal(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (Array.isArray(a)) {
    return Array.isArray(b) && a.length === b.length && a.every((v, i) => equal(v, b[i]));
  }
  if (!isObject(a) || !isObject(b)) return false;
  const keys = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...keys].every((k) => equal(a[k], b[k]));
}
