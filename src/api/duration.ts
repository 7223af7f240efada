/** Formats durations for messages. */

const UNITS: readonly (readonly [unit: string, ms: number])[] = [
  ["h", 3_600_000],
  ["m", 60_000],
  ["s", 1000],
];

/**
 * Formats a duration with units, in the syntax that Go's flags accept: `116ms`, `2.5s`, `1h30m`. The
 * duration is rounded so that the string stays short: below 10 ms to two digits, below 1 s to whole
 * milliseconds, below 1 min to hundredths of a second, and from 1 min on to whole seconds.
 *
 * @param ms The duration in milliseconds.
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
