/** Joins the lines of a text. */

/**
 * Replaces each run of white space that contains a line feed by `separator`. Takes linear time: a regular
 * expression that begins with `\s*` takes quadratic time for a text with many spaces.
 */
export function joinLines(text: string, separator: string): string {
  const lines = text.split("\n");
  if (lines.length === 1) return text;
  const first = lines.shift()!.trimEnd();
  const last = lines.pop()!.trimStart();
  const middle = lines.map((line) => line.trim()).filter((line) => line !== "");
  return [first, ...middle, last].join(separator);
}
