/** Did-you-mean: the hint of a problem whose cause is a misspelt name. */

/** Names that are looked at: a hint is not worth more time. */
const MAX_CANDIDATES = 200;

/** The known name nearest to a misspelt one, as a hint; undefined when none is near. */
export function didYouMean(name: string, known: Iterable<string>): string | undefined {
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

/** Characters that do not occur in the other word: each takes a change. */
function foreign(word: string, other: string): number {
  let count = 0;
  for (const character of word) if (!other.includes(character)) count++;
  return count;
}

/** Insertions, deletions, replacements and swaps of neighbours that lead from one word to another. */
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
