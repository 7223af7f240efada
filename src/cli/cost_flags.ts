/** `--cel-expression-budget` and `--cel-pass-budget`: limits for the cost of expressions. */
import type { Command } from "commander";
import { COST_LIMITS, type CostLimits } from "../graph/mod.ts";
import { argument, parsePositive } from "./flag_values.ts";

/** Flags of commands that evaluate expressions. */
export interface CostFlags {
  /** `--cel-expression-budget`. */
  celExpressionBudget?: number;
  /** `--cel-pass-budget`. */
  celPassBudget?: number;
}

/** Adds `--cel-expression-budget` with its default. */
export function addExpressionBudget(command: Command): Command {
  return command.option(
    "--cel-expression-budget <n>",
    "cost limit of one evaluation, in units of about 10 ns",
    argument(parsePositive),
    COST_LIMITS.expression,
  );
}

/** Adds both flags with their defaults. */
export function addCostFlags(command: Command): Command {
  return addExpressionBudget(command).option(
    "--cel-pass-budget <n>",
    "cost limit of all evaluations of a reconcile together, in units of about 10 ns",
    argument(parsePositive),
    COST_LIMITS.pass,
  );
}

/** Returns the limits that the flags set, and the defaults for absent flags. */
export function costLimits(flags: CostFlags): CostLimits {
  return {
    expression: flags.celExpressionBudget ?? COST_LIMITS.expression,
    pass: flags.celPassBudget ?? COST_LIMITS.pass,
  };
}
