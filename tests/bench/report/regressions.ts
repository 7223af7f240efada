/** Compares a run with the record. */
import { type Results, type Row, valueOf } from "./results.ts";

/** The measured CPU may be at most this many times the recorded CPU, because the machine is noisy. */
const CPU_FACTOR = 2;

/**
 * Returns a line for each figure of kro that is worse than the record. Calls must be equal. CPU may be at most
 * doubled; when both runs measured the bare loop, this applies to the ratio of CPU to the bare loop's CPU.
 * Times, memory and figures that the record lacks are not compared.
 */
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
