/** Computes with ranges of costs and sizes. */

/** A range of whole numbers. Both bounds are inclusive. */
export interface Range {
  /** The lower bound, which is at most {@link MOST}. */
  readonly min: number;
  /** The upper bound. The value {@link MOST} also means any larger number. */
  readonly max: number;
}

/** The maximum of a bound. Larger bounds are replaced by this number. */
export const MOST = 2 ** 31 - 1;

/**
 * Creates a range. Fractional bounds are rounded so that the range becomes larger. Bounds above {@link MOST}
 * become {@link MOST}.
 */
export function range(min: number, max: number = min): Range {
  return { min: Math.min(Math.floor(min), MOST), max: Math.min(Math.ceil(max), MOST) };
}

/** Returns the sum of the given ranges. */
export function sum(...ranges: readonly Range[]): Range {
  return total(ranges);
}

/** Returns the sum of all ranges that an iterable yields. */
export function total(ranges: Iterable<Range>): Range {
  let [min, max] = [0, 0];
  for (const each of ranges) {
    min += each.min;
    max += each.max;
  }
  return range(min, max);
}

/** Returns the range of the product `count * each`. */
export function times(count: Range, each: Range): Range {
  return range(count.min * each.min, count.max * each.max);
}

/** Returns the smallest range that contains both given ranges. */
export function either(a: Range, b: Range): Range {
  return range(Math.min(a.min, b.min), Math.max(a.max, b.max));
}

/** Returns the range from zero to the upper bound of the given range. */
export function upTo(most: Range): Range {
  return range(0, most.max);
}
