/** Suggestions for misspelt names. */

/** The number of names that are compared, which bounds the time. */
const MAX_CANDIDATES = 200;

/** Longer names get no suggestion: the time grows with the square of the length. */
const LONGEST = 100;

/**
 * A hint with the known name nearest to a misspelt one, ignoring case; undefined when none is within a third
 * of the name's length in edits (at least one). Only the first 200 names are compared.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { didYouMean } from "./mod.ts";
 *
 * assert.equal(didYouMean("replica", ["image", "replicas"]), 'did you mean "replicas"?');
 * ```
 */
export function didYouMean(name: string, known: Iterable<string>): string | undefined {
  if (name.length > LONGEST) return undefined;
  const limit = Math.max(1, Math.floor(name.length / 3));
  let best: string | undefined;
  let bestDistance = limit + 1;
  let left = MAX_CANDIDATES;
  const lower = name.toLowerCase();
  for (const candidate of known) {
    if (left-- === 0) break;
    if (Math.abs(candidate.length - name.length) >= bestDistance) continue;
    const distance = candidate.toLowerCase() === lower
      ? 0
      : foreign(candidate, name) < bestDistance
      ? editDistance(name, candidate)
      : bestDistance;
    if (distance < bestDistance) [best, bestDistance] = [candidate, distance];
  }
  return best === undefined ? undefined : `did you mean "${best}"?`;
}

/** The number of characters of `word` that do not occur in `other`: a lower bound of their edit distance. */
function foreign(word: string, other: string): number {
  let count = 0;
  for (const character of word) if (!other.includes(character)) count++;
  return count;
}

/** The edit distance: insertions, deletions, replacements and swaps of neighbouring characters. */
function editDistance(a: string, b: string): number {
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = a[i - 1] === b[j - 1] ? 0 : 1;
      let cost = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + change);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        cost = Math.min(cost, (before[j - 2] ?? 0) + 1);
      }
      row.push(cost);
    }
    [before, last] = [last, row];
  }
  return last[b.length] ?? 0;
}
