/**
 * Substring search in linear time. V8's own `indexOf` takes linear time only for short patterns, because its
 * shift tables cover only the last 250 characters of a pattern. V8's `lastIndexOf` compares the pattern anew
 * at each position of the string.
 */
import type { Meter } from "../value/meter.ts";

/**
 * The maximum lengths of the patterns that V8's own functions search for. `indexOf` takes linear time for
 * patterns up to the length `first`. `lastIndexOf` makes few comparisons for patterns up to the length
 * `last`.
 */
const NATIVE = { first: 200, last: 4 };

/**
 * The cost of each character of the string and of the pattern in a search that this module does instead of
 * V8.
 */
const SCANNED = 3;

/** Returns the same index as `text.indexOf(part, from)`, in linear time. */
export function firstIndex(text: string, part: string, from: number, meter: Meter): number {
  if (part.length <= NATIVE.first) return text.indexOf(part, from);
  return scan(text, part, Math.max(0, from), text.length, meter, () => false);
}

/** Returns the same index as `text.lastIndexOf(part, last)`, in linear time. */
export function lastIndex(text: string, part: string, last: number, meter: Meter): number {
  if (part.length <= NATIVE.last) return text.lastIndexOf(part, last);
  return scan(text, part, 0, Math.min(last + part.length, text.length), meter, () => true);
}

/** Returns the same strings as `text.split(separator)`, in linear time. The separator must not be empty. */
export function splitAt(text: string, separator: string, meter: Meter): string[] {
  if (separator.length <= NATIVE.first) return text.split(separator);
  const parts: string[] = [];
  let start = 0;
  scan(text, separator, 0, text.length, meter, (index) => {
    if (index < start) return true;
    parts.push(text.slice(start, index));
    start = index + separator.length;
    return true;
  });
  parts.push(text.slice(start));
  return parts;
}

/**
 * Calls `goesOn` with the offset of each occurrence of `part` between `from` and `to`, until `goesOn` returns
 * false. Uses the algorithm of Knuth, Morris and Pratt. Returns the last offset that was passed to `goesOn`,
 * or -1 when `part` does not occur.
 */
function scan(
  text: string,
  part: string,
  from: number,
  to: number,
  meter: Meter,
  goesOn: (index: number) => boolean,
): number {
  meter.charge((Math.max(0, to - from) + part.length) * SCANNED);
  const units = Uint16Array.from({ length: part.length }, (_, index) => part.charCodeAt(index));
  const borders = bordersOf(units);
  let [matched, found] = [0, -1];
  for (let index = from; index < to; index++) {
    const unit = text.charCodeAt(index);
    while (matched > 0 && units[matched] !== unit) matched = borders[matched - 1]!;
    if (units[matched] === unit) matched++;
    if (matched < units.length) continue;
    found = index - units.length + 1;
    if (!goesOn(found)) break;
    matched = borders[matched - 1]!;
  }
  return found;
}

/**
 * Returns the failure function of the Knuth-Morris-Pratt algorithm: for each prefix of the pattern, the
 * length of the prefix's longest border. A border is a shorter prefix that is also a suffix: `abab` has the
 * border `ab`.
 */
function bordersOf(units: Uint16Array): Int32Array {
  const borders = new Int32Array(units.length);
  let matched = 0;
  for (let index = 1; index < units.length; index++) {
    while (matched > 0 && units[matched] !== units[index]) matched = borders[matched - 1]!;
    if (units[matched] === units[index]) matched++;
    borders[index] = matched;
  }
  return borders;
}
