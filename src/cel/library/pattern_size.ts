/** Estimates the size of the program of a regular expression before the expression is compiled. */

/** The quantities that determine the cost of compiling a pattern. */
export interface PatternSize {
  /** The approximate number of instructions. A repetition `{n}` repeats the instructions of its operand n times. */
  readonly instructions: number;
  /** The number of Unicode classes, such as `\pL`: each is a list of hundreds of ranges. */
  readonly classes: number;
  /** The number of ranges beyond ASCII that ignore case. The compiler looks up each character of such a range. */
  readonly foldedRanges: number;
}

/** A part of a pattern, in the order of the alternatives: an escape, a class, a repetition or a character. */
const TOKEN =
  /\\Q.*?(?:\\E|$)|\\[pP]\{[^}]*\}|\\x\{[^}]*\}|\\.|\[\^?\]?(?:\[:\^?\w*:\]|\\.|[^\]\\])*\]|\{(\d+)(?:(,)(\d*))?\}|\((?:\?(?:P?<\w*>|[imsU-]*:)?)?|./gsu;

/** Estimates the size of a pattern. Takes time linear in its length. */
export function patternSize(pattern: string): PatternSize {
  /** The sizes of the groups that are open, the innermost last. */
  const open: number[] = [0];
  /** The size of the last element. A repetition operator applies to this element. */
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
      // An optional repetition has a branch of its own.
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
    foldedRanges: ignoresCase ? pattern.match(/-(?:\\x\{|[^\0-\x7f])/g)?.length ?? 0 : 0,
  };
}
