/** The results of a benchmark run: the format of results.json, and tables of the figures. */
import type { Variant } from "../kit/controller.ts";

/**
 * A column of the results table: a controller, or `bare` for the cases that measure no controller (`ceiling`
 * and `crds`).
 */
export type Column = Variant | "bare";

/** A row of the results table: a figure of a benchmark case, with a value for each measured controller. */
export interface Row {
  case: string;
  measure: string;
  unit: string;
  values: Partial<Record<Column, number>>;
}

/** The results of a benchmark run. */
export interface Results {
  /** The time at which the run began, in ISO 8601 format. */
  began: string;
  ended: string;
  versions: { kro: string; upstream: string; kubernetes: string; deno: string };
  /** The machine. The loads are one-minute averages, and include other work on the machine. */
  machine: { cpu: string; cores: number; memoryGiB: number; loadBegan: number; loadEnded: number };
  sizes: Record<string, unknown>;
  rows: Row[];
  /** The cases that failed with an error. `side` is the controller that the case measured. */
  failed: { case: string; side: string; error: string }[];
}

/** The columns of the results table with their titles, in the order of the table. */
export const COLUMNS: readonly [Column, string][] = [
  ["ours", "kro"],
  ["tuned", "upstream, tuned"],
  ["default", "upstream"],
  ["bare", "bare loop"],
];

/**
 * Formats a number with three significant digits. Returns an empty string for a value that was not
 * measured.
 */
export function shown(value: number | undefined): string {
  if (value === undefined || Number.isNaN(value)) return "";
  if (Number.isInteger(value) || Math.abs(value) >= 100) return value.toFixed(0);
  return value.toFixed(Math.abs(value) >= 10 ? 1 : 2);
}

/**
 * Returns the value of the first figure of a case whose name matches `measure`. Returns undefined
 * if the figure was not measured.
 */
export function valueOf(results: Results, of: string, measure: RegExp, column: Column) {
  return results.rows.find((row) => row.case === of && measure.test(row.measure))?.values[column];
}

/**
 * Returns the header and the lines of a table of figures. The table contains the figures for which
 * `takes` returns true; by default all figures.
 */
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

/**
 * Pads the cells of a table with spaces. The first `texts` columns are left-aligned, the other
 * columns right-aligned.
 */
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
