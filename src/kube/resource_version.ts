/** Comparison of resourceVersions, which grow within one kind (KEP-5504). */

/**
 * Above 0 when `a` is newer than `b`, 0 when they are the same. The API server issues decimal numbers;
 * anything else that differs counts as newer, so that no event is lost.
 */
export function compareRevisions(a = "", b = ""): number {
  if (a === b) return 0;
  if (!/^\d+$/.test(a) || !/^\d+$/.test(b)) return 1;
  return a.length - b.length || (a < b ? -1 : 1);
}
