/** Compares JSON values. */
import { MAX_DEPTH } from "./depth.ts";
import type { JsonObject } from "./object.ts";
import { ownValue } from "./own.ts";

/**
 * Reports whether `a` and `b` are the same JSON value. The order of keys does not matter, and a key with the
 * value undefined equals an absent key. The number -0 equals 0, because `JSON.stringify` writes -0 as 0.
 * Values that are nested deeper than {@link MAX_DEPTH} are compared by identity (`===`).
 */
export function jsonEqual(a: unknown, b: unknown): boolean {
  return equalAt(a, b, 0);
}

function equalAt(a: unknown, b: unknown, level: number): boolean {
  if (a === b) return true;
  if (level > MAX_DEPTH) return false;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (Array.isArray(a) || Array.isArray(b)) {
    if (!Array.isArray(a) || !Array.isArray(b) || a.length !== b.length) return false;
    for (let index = 0; index < a.length; index++) {
      if (!equalAt(a[index], b[index], level + 1)) return false;
    }
    return true;
  }
  const keys = Object.keys(a);
  const others = Object.keys(b);
  let hasAbsent = false;
  for (let index = 0; index < keys.length; index++) {
    const key = keys[index]!;
    const value = (a as JsonObject)[key];
    // Equal objects mostly have their keys in the same order. `b` then needs one lookup instead of two.
    const other = key === others[index] ? (b as JsonObject)[key] : ownValue(b, key);
    if (!equalAt(value, other, level + 1)) return false;
    if (value === undefined) hasAbsent = true;
  }
  // If all keys of `a` have values, `b` has these keys. With the same number of keys, it has no other key.
  return !hasAbsent && keys.length === others.length ||
    others.every((key) => Object.hasOwn(a, key) || ownValue(b, key) === undefined);
}
