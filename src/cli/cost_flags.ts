/** `--cel-expression-budget` and `--cel-pass-budget`: what expressions may cost. */
import type { Command } from "commander";
import { COST_LIMITS, type CostLimits } from "../graph/mod.ts";
import { argument } from "./argument.ts";
import { parsePositive } from "./numbers.ts";

/** Flags of commands that evaluate expressions. */
export interface CostFlags {
  /** `--cel-expression-budget`. */
  celExpressionBudget?: number;
  /** `--cel-pass-budget`. */
  celPassBudget?: number;
}

/** Adds both flags, with their defaults. */
export function addCostFlags(command: Command): Command {
  const units = argument(parsePositive);
  const { expression, pass } = COST_LIMITS;
  return command
    .option("--cel-expression-budget <n>", "one evaluation, in units of 10 ns", units, expression)
    .option("--cel-pass-budget <n>", "all evaluations of a pass together", units, pass);
}

/** The limits that the flags give. */
export function costLimits(flags: CostFlags): CostLimits {
  return {
    expression: flags.celExpressionBudget ?? COST_LIMITS.expression,
    pass: flags.celPassBudget ?? COST_LIMITS.pass,
  };
}
