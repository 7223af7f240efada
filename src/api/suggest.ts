/** Suggests correct names for misspelled names. */

/** The maximum number of known names that are compared, which bounds the time of a suggestion. */
const MAX_CANDIDATES = 200;

/**
 * The maximum length of a name that gets a suggestion. The time of a suggestion grows with the square of the
 * length.
 */
const LONGEST = 100;

/**
 * Returns a hint with the known name that is nearest to a misspelled name, ignoring case. The hint is
 * undefined when no known name is near: a name is near if the number of edits between the two names is at
 * most one, or at most a third of the misspelled name's length. Only the first 200 known names are
 * compared.
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

/**
 * Counts the characters of `word` that do not occur in `other`. The edit distance of the two words is at
 * least this number, so the slower computation of the distance is skipped when the number is too high.
 */
function foreign(word: string, other: string): number {
  let count = 0;
  for (const character of word) if (!other.includes(character)) count++;
  return count;
}

/**
 * Returns the edit distance of two words: the number of insertions, deletions, replacements and swaps of
 * adjacent characters.
 */
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
