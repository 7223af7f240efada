/**
 * Compares a run with the recorded one: calls must be the same, CPU may be twice as much, measured by what the
 * bare loop takes on the machine as it is now.
 */
import { type Results, type Row, valueOf } from "./results.ts";

/** Of the machine's noise. */
const CPU_FACTOR = 2;

/** One line for each figure of ours that does not agree with the record; times are not compared. */
export function regressions(recorded: Results, now: Results): string[] {
  const found: string[] = [];
  const bare = { now: bareCpu(now), before: bareCpu(recorded) };
  for (const row of now.rows) {
    const before = recorded.rows.find((other) => same(row, other))?.values.ours;
    const value = row.values.ours;
    if (before === undefined || value === undefined) continue;
    const told = `${row.case}: ${row.measure}: ${value} ${row.unit}, recorded ${before}`;
    if (row.unit === "calls" && value !== before) found.push(told);
    if (!row.measure.includes("CPU")) continue;
    if (!bare.now || !bare.before) {
      if (value > before * CPU_FACTOR) found.push(told);
    } else if (value / bare.now > before / bare.before * CPU_FACTOR) {
      const times = (value / bare.now).toFixed(1);
      const recordedTimes = (before / bare.before).toFixed(1);
      found.push(`${told}; of the bare loop ${times} times as much, recorded ${recordedTimes}`);
    }
  }
  return found;
}

function bareCpu(results: Results): number | undefined {
  return valueOf(results, "ceiling", /8 at a time: CPU/, "bare");
}

function same(a: Row, b: Row): boolean {
  return a.case === b.case && a.measure === b.measure;
}
