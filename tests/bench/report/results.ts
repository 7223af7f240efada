/** The results of a run: the format of results.json, and tables of the figures. */
import type { Variant } from "../kit/controller.ts";

/** A controller, or `bare` for cases without a controller (`ceiling` and `crds`). */
export type Column = Variant | "bare";

/** A figure of a case, for each controller that was measured. */
export interface Row {
  case: string;
  measure: string;
  unit: string;
  values: Partial<Record<Column, number>>;
}

/** A run of the benchmark. */
export interface Results {
  /** ISO 8601. */
  began: string;
  ended: string;
  versions: { kro: string; upstream: string; kubernetes: string; deno: string };
  /** The loads are averages of one minute and include other work on the machine. */
  machine: { cpu: string; cores: number; memoryGiB: number; loadBegan: number; loadEnded: number };
  sizes: Record<string, unknown>;
  rows: Row[];
  /** Cases that ended with an error, by controller. */
  failed: { case: string; side: string; error: string }[];
}

/** The columns with their titles, in order. */
export const COLUMNS: readonly [Column, string][] = [
  ["ours", "kro"],
  ["tuned", "upstream, tuned"],
  ["default", "upstream"],
  ["bare", "bare loop"],
];

/** Formats a number with three significant digits; returns an empty string when it was not measured. */
export function shown(value: number | undefined): string {
  if (value === undefined || Number.isNaN(value)) return "";
  if (Number.isInteger(value) || Math.abs(value) >= 100) return value.toFixed(0);
  return value.toFixed(Math.abs(value) >= 10 ? 1 : 2);
}

/** Returns the value of a case's first measure that matches; undefined when it was not measured. */
export function valueOf(results: Results, of: string, measure: RegExp, column: Column) {
  return results.rows.find((row) => row.case === of && measure.test(row.measure))?.values[column];
}

/** Returns the header and the lines of a table of the figures that `takes` selects; by default all. */
export function tableOf(
  results: Results,
  takes: (row: Row) => boolean = () => true,
): [head: string[], ...lines: string[][]] {
  const rows = results.rows.filter(takes);
  const used = COLUMNS.filter(([column]) => rows.some((row) => column in row.values));
  const head = ["case", "measure", "unit", ...used.map(([, title]) => title)];
  const lines = rows.map(({ case: of, measure, unit, values }) => [
    of,
    measure,
    unit,
    ...used.map(([column]) => shown(values[column])),
  ]);
  return [head, ...lines];
}

/** Pads the cells of a table. The first `texts` columns are left-aligned, others right. */
export function padded(table: readonly string[][], texts: number): string[][] {
  const widths = table[0]!.map((_, i) => Math.max(...table.map((line) => line[i]!.length)));
  return table.map((line) =>
    line.map((cell, i) => i < texts ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))
  );
}

/** Formats all figures as a table for a terminal. */
export function asText(results: Results): string {
  return padded(tableOf(results), 3).map((line) => line.join("  ")).join("\n");
}
