/** Compares resourceVersions, which increase within one kind (KEP-5504). */

/**
 * Compares two resourceVersions. Returns a positive number when `a` is newer than `b`, 0 when both are
 * equal, and a negative number when `a` is older.
 *
 * The API server issues decimal numbers. If a value is not a decimal number and differs from the other
 * value, `a` is treated as newer, so that no event is skipped.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { compareRevisions } from "./mod.ts";
 *
 * assert.ok(compareRevisions("10", "9") > 0);
 * ```
 */
export function compareRevisions(a = "", b = ""): number {
  if (a === b) return 0;
  if (!/^\d+$/.test(a) || !/^\d+$/.test(b)) return 1;
  return a.length - b.length || (a < b ? -1 : 1);
}
