/**
 * The case `worst`: the processor time of the most expensive call of each CEL function, until it ends or the default
 * budget stops it. Fails when an evaluation takes more than three times the time that its cost stands for. The better
 * of three runs counts. The table is printed to standard error.
 */
import process from "node:process";
import { compile, COST_LIMITS, DYN, PassBudget, rawToCel } from "../../../src/cel/mod.ts";
import { HOSTILE, type HostileExpression } from "../../support/hostile_expressions.ts";

/** The processor time of one unit, in milliseconds. */
const UNIT = 1e-5;
/** The factor by which a time may exceed its cost: charges are rounded, and machines differ. */
const FACTOR = 3;
/** Times below this many milliseconds are not judged. */
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
