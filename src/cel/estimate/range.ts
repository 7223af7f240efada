/** Ranges of costs and sizes. */

/** A range of whole numbers, both ends included. */
export interface Range {
  /** The lower bound, at most {@link MOST}. */
  readonly min: number;
  /** The upper bound. {@link MOST} stands for any larger number too. */
  readonly max: number;
}

/** The greatest bound that is distinguished; larger ones are cut to it. */
export const MOST = 2 ** 31 - 1;

/** A range, rounded outwards and cut to {@link MOST}. */
export function range(min: number, max: number = min): Range {
  return { min: Math.min(Math.floor(min), MOST), max: Math.min(Math.ceil(max), MOST) };
}

/** The sum of ranges. */
export function sum(...ranges: readonly Range[]): Range {
  return total(ranges);
}

/** The sum of any number of ranges. */
export function total(ranges: Iterable<Range>): Range {
  let [min, max] = [0, 0];
  for (const each of ranges) {
    min += each.min;
    max += each.max;
  }
  return range(min, max);
}

/** The product of a count and the range of each. */
export function times(count: Range, each: Range): Range {
  return range(count.min * each.min, count.max * each.max);
}

/** The smallest range that contains both. */
export function either(a: Range, b: Range): Range {
  return range(Math.min(a.min, b.min), Math.max(a.max, b.max));
}

/** From zero to the upper bound of a range. */
export function upTo(most: Range): Range {
  return range(0, most.max);
}
