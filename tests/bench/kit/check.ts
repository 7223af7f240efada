/** Compares a run with the recorded one: calls must be the same, CPU may be twice as much. */
import type { Results, Row } from "./results.ts";

/** Of the machine's noise. */
const CPU_FACTOR = 2;

/** One line for each figure of ours that does not agree with the record; times are not compared. */
export function regressions(recorded: Results, now: Results): string[] {
  const found: string[] = [];
  for (const row of now.rows) {
    const before = recorded.rows.find((other) => same(row, other))?.values.ours;
    const value = row.values.ours;
    if (before === undefined || value === undefined) continue;
    const told = `${row.case}: ${row.measure}: ${value} ${row.unit}, recorded ${before}`;
    if (row.unit === "calls" && value !== before) found.push(told);
    if (row.measure.includes("CPU") && value > before * CPU_FACTOR) found.push(told);
  }
  return found;
}

function same(a: Row, b: Row): boolean {
  return a.case === b.case && a.measure === b.measure;
}
