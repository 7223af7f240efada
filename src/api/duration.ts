/** Durations as text. */

const UNITS: readonly (readonly [unit: string, ms: number])[] = [
  ["h", 3_600_000],
  ["m", 60_000],
  ["s", 1000],
];

/**
 * Formats a duration of `ms` milliseconds with units, as Go's flags accept it: `116ms`, `2.5s`, `1h30m`.
 * It is rounded: below 10 ms to two digits, below 1 s to milliseconds, below 1 min to hundredths of a
 * second, above to seconds.
 */
export function durationText(ms: number): string {
  if (ms < 10) return `${Number(ms.toPrecision(2))}ms`;
  if (Math.round(ms) < 1000) return `${Math.round(ms)}ms`;
  if (Math.round(ms / 10) < 6000) return `${Math.round(ms / 10) / 100}s`;
  let left = Math.round(ms / 1000) * 1000;
  return UNITS.map(([unit, length]) => {
    const count = Math.floor(left / length);
    left -= count * length;
    return count > 0 ? `${count}${unit}` : "";
  }).join("");
}
