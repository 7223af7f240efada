/**
 * The benchmark case `worst`: measures the CPU time of the most expensive call of each CEL
 * function, until the call ends or the default budget stops it. The shortest of three runs counts.
 * The script fails if an evaluation takes more than three times the time that its charged cost
 * stands for. It prints a table to standard error.
 */
import process from "node:process";
import { compile, COST_LIMITS, DYN, PassBudget, rawToCel } from "../../../src/cel/mod.ts";
import { HOSTILE, type HostileExpression } from "../../support/hostile_expressions.ts";

/** The CPU time that one unit of cost stands for, in milliseconds. */
const UNIT = 1e-5;
/**
 * The factor by which the CPU time may exceed the time that the cost stands for. It allows for
 * rounded charges and for differences between machines.
 */
const FACTOR = 3;
/** The CPU time that each evaluation may take regardless of its cost, in milliseconds. */
const FLOOR = 30;

function measured({ expression, variables }: HostileExpression): { ms: number; cost: number } {
  const types = Object.fromEntries(Object.keys(variables).map((name) => [name, DYN]));
  const compiled = compile(expression, { variables: types });
  if (!compiled.ok) throw new Error(`${expression} does not compile`);
  const values = Object.fromEntries(
    Object.entries(variables).map(([name, value]) => [name, rawToCel(value)]),
  );
  const runs = [1, 2, 3].map(() => {
    const totals = { evaluations: 0, cost: 0 };
    const budget = new PassBudget(COST_LIMITS, totals);
    const before = process.cpuUsage();
    compiled.program.evaluate(values, budget);
    const { user, system } = process.cpuUsage(before);
    return { ms: (user + system) / 1000, cost: totals.cost };
  });
  return runs.reduce((best, run) => run.ms < best.ms ? run : best);
}

let failed = 0;
for (const hostile of HOSTILE) {
  const { ms, cost } = measured(hostile);
  const isSlow = ms > FLOOR && ms > FACTOR * cost * UNIT;
  if (isSlow) failed++;
  const mark = isSlow ? "  too slow for its cost" : "";
  console.error(
    `${hostile.expression.slice(0, 80).padEnd(82)}${ms.toFixed(0).padStart(6)} ms${mark}`,
  );
}
if (failed > 0) throw new Error(`${failed} expressions take longer than their cost allows`);
