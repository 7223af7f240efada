/**
 * The limit for the nesting of values that users write. Functions that recurse over such values rely on the
 * limit.
 */

/**
 * The maximum number of nested lists and objects that kro compares. The API server accepts 10,000 levels,
 * but recursive functions would overflow the stack at this depth. No Kubernetes kind has nearly as many
 * levels as this limit.
 */
export const MAX_DEPTH = 256;

/**
 * The maximum number of nested lists and objects in the spec of an RGD. The value of an expression may have as
 * many further levels as remain up to {@link MAX_DEPTH}.
 */
export const MAX_SPEC_DEPTH = 128;

/** The error for a value that is nested deeper than {@link MAX_DEPTH}. */
export class TooDeepError extends Error {
  /** Always `TooDeepError`. */
  override readonly name = "TooDeepError";

  /** Creates an error whose message contains the limit. */
  constructor() {
    super(`nested deeper than ${MAX_DEPTH} levels`);
  }
}

/** Throws TooDeepError when a level of nesting is deeper than {@link MAX_DEPTH}. The outermost level is 0. */
export function checkDepth(level: number): void {
  if (level > MAX_DEPTH) throw new TooDeepError();
}

/**
 * Reports whether lists and objects are nested deeper than `limit`. The function does not recurse, so deep
 * nesting cannot overflow the stack.
 */
export function deeperThan(value: unknown, limit: number): boolean {
  let level: unknown[] = [value];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > limit) return true;
    level = level.flatMap((v) => typeof v === "object" && v !== null ? Object.values(v) : []);
  }
  return false;
}
