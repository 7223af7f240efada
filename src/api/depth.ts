/** The bound of recursion over values that users write. */

/**
 * How many levels of lists and objects kro compares. The API server accepts 10,000 levels, on which recursion
 * exhausts the stack; no Kubernetes kind comes near this number.
 */
export const MAX_DEPTH = 256;

/** A value is nested deeper than {@link MAX_DEPTH}. */
export class TooDeepError extends Error {
  /** Always `TooDeepError`. */
  override readonly name = "TooDeepError";

  /** Names the bound in the message. */
  constructor() {
    super(`nested deeper than ${MAX_DEPTH} levels`);
  }
}

/** Throws TooDeepError for a level below {@link MAX_DEPTH}; the outermost level is 0. */
export function checkDepth(level: number): void {
  if (level > MAX_DEPTH) throw new TooDeepError();
}

/** Whether lists and objects nest deeper than `limit`. Does not recurse. */
export function deeperThan(value: unknown, limit: number): boolean {
  let level: unknown[] = [value];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > limit) return true;
    level = level.flatMap((v) => typeof v === "object" && v !== null ? Object.values(v) : []);
  }
  return false;
}
