/** Compares the results of a benchmark run with the recorded results in results.json. */
import { type Results, type Row, valueOf } from "./results.ts";

/**
 * The factor by which measured CPU time may exceed the recorded CPU time. It is large because other
 * work on the machine affects CPU time.
 */
const CPU_FACTOR = 2;

/**
 * Returns a line for each of kro's figures that is worse than the recorded figure.
 * - Numbers of calls must be equal.
 * - CPU time may be at most doubled. If both runs measured the bare loop, which only sends the same writes as
 *   kro, the comparison uses kro's CPU time divided by that of the bare loop.
 * - Durations, memory and figures without a recorded value are not compared.
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
