/** Formats tables for the terminal. */

/** The number of spaces between two columns, as in kubectl's tables. */
const GAP = 3;

/** The width below which a column is not shortened, in characters. */
const MIN_WIDTH = 12;

/** Matches the escape sequences for colors that {@link paint} writes. */
// deno-lint-ignore no-control-regex -- the escape character starts each ANSI sequence
const COLOR = /\x1b\[[\d;]*m/g;

/**
 * Formats a table as kubectl does, with three spaces between columns and no trailing spaces. If a width is
 * given, the widest columns are shortened until the table fits the width, but never below twelve characters.
 * Shortened cells end with `…`.
 *
 * @param width The width of the terminal in characters; absent when the output is not a terminal.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { table } from "./mod.ts";
 *
 * assert.equal(table(["NAME", "AGE"], [["shop", "5m"]]), "NAME   AGE\nshop   5m\n");
 * ```
 */
export function table(
  header: readonly string[],
  rows: readonly (readonly string[])[],
  width?: number,
): string {
  const all = [header, ...rows];
  const widths = header.map((_, i) =>
    all.reduce((longest, row) => Math.max(longest, lengthOf(row[i] ?? "")), 0)
  );
  if (width !== undefined) fit(widths, width);
  return all.map((row) =>
    row.map((cell, i) => {
      const shown = shortened(cell, widths[i]!);
      const isLast = i === row.length - 1;
      return isLast ? shown : shown + " ".repeat(widths[i]! - lengthOf(shown) + GAP);
    }).join("").trimEnd() + "\n"
  ).join("");
}

/** Reduces the widths of the widest columns until the sum of all widths fits into the terminal. */
function fit(widths: number[], width: number): void {
  let excess = widths.reduce((sum, each) => sum + each, 0) + GAP * (widths.length - 1) - width;
  while (excess > 0) {
    const widest = Math.max(...widths);
    if (widest <= MIN_WIDTH) return;
    // One step reduces the widest column at most to the next smaller width of another column. The next step
    // chooses the widest column again.
    const next = Math.max(MIN_WIDTH, ...widths.filter((each) => each < widest));
    const step = Math.min(excess, widest - next);
    widths[widths.lastIndexOf(widest)] = widest - Math.max(1, step);
    excess -= Math.max(1, step);
  }
}

/** Returns the number of characters of a cell, without its colors. */
function lengthOf(cell: string): number {
  return [...cell.replace(COLOR, "")].length;
}

function shortened(cell: string, width: number): string {
  if (lengthOf(cell) <= width) return cell;
  return [...cell.replace(COLOR, "")].slice(0, width - 1).join("") + "…";
}
