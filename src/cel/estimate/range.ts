/** From at least to at most: costs, and sizes that costs follow from. */

/** Whole numbers; both ends belong to it. */
export interface Range {
  readonly min: number;
  readonly max: number;
}

/** Nobody grants more, so that there is no telling above it. */
export const MOST = 2 ** 31 - 1;

/** A range; what is too much is cut. */
export function range(min: number, max: number = min): Range {
  return { min: Math.min(Math.floor(min), MOST), max: Math.min(Math.ceil(max), MOST) };
}

/** All of them. */
export function sum(...ranges: readonly Range[]): Range {
  return total(ranges);
}

/** All of them, of which there may be very many. */
export function total(ranges: Iterable<Range>): Range {
  let [min, max] = [0, 0];
  for (const each of ranges) {
    min += each.min;
    max += each.max;
  }
  return range(min, max);
}

/** So many times. */
export function times(count: Range, each: Range): Range {
  return range(count.min * each.min, count.max * each.max);
}

/** One of them. */
export function either(a: Range, b: Range): Range {
  return range(Math.min(a.min, b.min), Math.max(a.max, b.max));
}

/** Any part of it, or none. */
export function upTo(most: Range): Range {
  return range(0, most.max);
}
