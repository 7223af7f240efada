/** What a run found: the file `results.json`, what is read off it, and the tables. */
import type { SideName } from "./sides.ts";

/** A column: a side, or the bare loop. */
export type Column = SideName | "bare";

/** One line: a figure of a case, as far as it was measured. */
export interface Row {
  case: string;
  measure: string;
  unit: string;
  values: Partial<Record<Column, number>>;
}

/** A run. */
export interface Results {
  /** ISO 8601. */
  began: string;
  ended: string;
  versions: { kro: string; upstream: string; kubernetes: string; deno: string };
  /** Loads are those of the last minute, as the system counts them; other work on the machine is in them. */
  machine: { cpu: string; cores: number; memoryGiB: number; loadBegan: number; loadEnded: number };
  sizes: Record<string, unknown>;
  rows: Row[];
  /** Cases that ended with an error, by side. */
  failed: { case: string; side: string; error: string }[];
}

/** Columns with their titles, in order. */
export const COLUMNS: readonly [Column, string][] = [
  ["ours", "ours"],
  ["tuned", "upstream, tuned"],
  ["default", "upstream"],
  ["bare", "bare loop"],
];

/** A number in three places that count. */
export function shown(value: number | undefined): string {
  if (value === undefined || Number.isNaN(value)) return "";
  if (Number.isInteger(value) || Math.abs(value) >= 100) return value.toFixed(0);
  return value.toFixed(Math.abs(value) >= 10 ? 1 : 2);
}

/** The value of a line; undefined when it was not measured. */
export function valueOf(results: Results, of: string, measure: RegExp, column: Column) {
  return results.rows.find((row) => row.case === of && measure.test(row.measure))?.values[column];
}

function cells(results: Results): string[][] {
  const used = COLUMNS.filter(([column]) => results.rows.some((row) => column in row.values));
  const head = ["case", "measure", "unit", ...used.map(([, title]) => title)];
  const lines = results.rows.map((row) => [
    row.case,
    row.measure,
    row.unit,
    ...used.map(([column]) => shown(row.values[column])),
  ]);
  return [head, ...lines];
}

/** The table for a terminal. */
export function asText(results: Results): string {
  const table = cells(results);
  const widths = table[0]!.map((_, i) => Math.max(...table.map((line) => line[i]!.length)));
  return table.map((line) =>
    line.map((cell, i) => i < 3 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!)).join("  ")
  ).join("\n");
}

/** The table for the README, with what it was measured on. */
export function asMarkdown(results: Results): string {
  const [head, ...lines] = cells(results) as [string[], ...string[][]];
  const line = (parts: string[]) => `| ${parts.join(" | ")} |`;
  const { versions, machine, sizes } = results;
  return [
    `${
      results.began.slice(0, 16).replace("T", " ")
    } UTC: kro ${versions.kro} on Deno ${versions.deno} beside upstream ` +
    `${versions.upstream}, Kubernetes ${versions.kubernetes}; ${machine.cores} cores (${machine.cpu}), ` +
    `${machine.memoryGiB} GiB, load ${machine.loadBegan.toFixed(1)} at the start and ` +
    `${machine.loadEnded.toFixed(1)} at the end; n = ${sizes.n}.`,
    "",
    line(head),
    line(head.map((_, i) => i < 3 ? "---" : "--:")),
    ...lines.map(line),
    ...results.failed.map((f) =>
      `\n\`${f.case}\` of ${f.side} did not end: ${f.error.split("\n")[0]}`
    ),
  ].join("\n");
}
