/** Formats tables that fit the width of the terminal. */
import { type Output, table } from "../output.ts";

/** The least width to which the cells of the last column are cut, in characters. */
const NARROWEST = 12;

/**
 * Returns the number of columns of the terminal to which stdout is connected; undefined when stdout is not a
 * terminal.
 */
export function terminalWidth(): number | undefined {
  if (!Deno.stdout.isTerminal()) return undefined;
  const { columns } = Deno.consoleSize();
  return columns > 0 ? columns : undefined;
}

/**
 * Formats a table as kubectl does. If the table is wider than `width`, cells of the last column are cut, and
 * an ellipsis replaces the end of each.
 *
 * @param width The greatest width in characters; unlimited when absent.
 */
export function fittedTable(
  header: readonly string[],
  rows: readonly (readonly string[])[],
  width: number | undefined = terminalWidth(),
): string {
  if (width === undefined) return table(header, rows);
  const last = header.length - 1;
  const before = header.slice(0, last).reduce((sum, _, i) => {
    return sum + 3 + Math.max(...[header, ...rows].map((row) => (row[i] ?? "").length));
  }, 0);
  const room = Math.max(NARROWEST, width - before);
  const cut = rows.map((row) => [...row.slice(0, last), shorter(row[last] ?? "", room)]);
  return table(header, cut);
}

function shorter(text: string, room: number): string {
  return text.length <= room ? text : `${text.slice(0, room - 1)}…`;
}

/** Reports whether stdout is colored: stdout is a terminal, and NO_COLOR is not set. */
export function isColored({ color }: Output): boolean {
  return color && Deno.stdout.isTerminal();
}
