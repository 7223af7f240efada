/** Estimates, before a regular expression is compiled, how large its compiled form will be. */

/** The quantities that determine the cost of compiling a pattern. */
export interface PatternSize {
  /** The approximate number of instructions. A repetition `a{n}` counts the instructions of `a` n times. */
  readonly instructions: number;
  /**
   * The number of Unicode classes, such as `\pL`. The compiler expands each class to a list of hundreds of
   * ranges.
   */
  readonly classes: number;
  /**
   * The number of character ranges beyond ASCII that are matched case-insensitively. The compiler looks up
   * each character of these ranges.
   */
  readonly foldedRanges: number;
  /**
   * The number of characters that the compiler searches for the end of classes with names, such as
   * `[:alpha:]`. The compiler reads the rest of the pattern at each `[:` that has no end.
   */
  readonly searched: number;
}

/**
 * Matches one token of a pattern: an escape, a class, a repetition, the start of a group, or a single
 * character. The order of the alternatives matters, because the first alternative that matches is used. An
 * escape or a class without its end extends to the end of the pattern. If it did not match, the search would
 * read the rest of the pattern again at each following `[`.
 */
const TOKEN =
  /\\Q.*?(?:\\E|$)|\\[pP]\{[^}]*(?:\}|$)|\\x\{[^}]*(?:\}|$)|\\.|\[\^?\]?(?:\[:\^?\w*:\]|\\.?|[^\]\\])*(?:\]|$)|\{(\d+)(?:(,)(\d*))?\}|\((?:\?(?:P?<\w*>|[imsU-]*:)?)?|./gsu;

/**
 * The costs of compiling a pattern, in units of the cost budget: a fixed cost for each pattern, and a cost
 * for each character, each Unicode class, each case-insensitive range beyond ASCII, each instruction, and
 * each character that is searched for the end of a class.
 */
const COMPILING = {
  pattern: 4_000,
  character: 800,
  class: 30_000,
  foldedRange: 2_500_000,
  instruction: 300,
  searched: 1,
};

/** Estimates the size of a pattern. The time of the estimate is linear in the length of the pattern. */
export function patternSize(pattern: string): PatternSize {
  /**
   * The sizes of the groups that are not closed yet. The first entry is the whole pattern, and the last entry
   * is the innermost group.
   */
  const open: number[] = [0];
  /**
   * The size of the element before the current token. If the token is a repetition, it repeats this element.
   */
  let last = 0;
  const close = (size: number) => {
    open[open.length - 1]! += size;
    last = size;
  };
  for (const [token, least, comma, most] of pattern.matchAll(TOKEN)) {
    if (token.startsWith("(")) open.push(2);
    else if (token === ")") close(open.length > 1 ? open.pop()! : 1);
    else if (least !== undefined) {
      const times = Math.max(Number(most || 0), Number(least)) + (comma === undefined ? 0 : 1);
      // In a repetition with a comma, such as `{2,5}`, each copy of the operand has one additional
      // instruction: a branch that may skip the copy.
      const each = last + (comma === undefined ? 0 : 1);
      const added = Math.max(0, each * Math.min(times, 1_000) - last);
      open[open.length - 1]! += added;
      last += added;
    } else close(token.startsWith("\\Q") ? token.length : 1);
  }
  const ignoresCase = /\(\?[a-zA-Z]*i/.test(pattern);
  return {
    instructions: open.reduce((all, size) => all + size, 2),
    classes: pattern.match(/\\p/gi)?.length ?? 0,
    searched: (pattern.match(/\[:/g)?.length ?? 0) * pattern.length,
    foldedRanges: ignoresCase ? pattern.match(/-(?:\\x\{|[^\0-\x7f])/g)?.length ?? 0 : 0,
  };
}

/** Returns the cost of a pattern before its size is known: a fixed cost, and a cost for each character. */
export function readingCost(pattern: string): number {
  return COMPILING.pattern + pattern.length * COMPILING.character;
}

/**
 * Returns the cost of compiling a pattern of this size, without {@link readingCost}.
 */
export function programCost(size: PatternSize): number {
  const { instructions, classes, foldedRanges, searched } = size;
  return instructions * COMPILING.instruction + classes * COMPILING.class +
    foldedRanges * COMPILING.foldedRange + searched * COMPILING.searched;
}
