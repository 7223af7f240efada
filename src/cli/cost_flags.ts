/** The flags `--cel-expression-budget` and `--cel-pass-budget`, which limit the cost of CEL expressions. */
import type { Command } from "commander";
import { COST_LIMITS, type CostLimits } from "../graph/mod.ts";
import { argument, parsePositive } from "./flag_values.ts";

/** The flags of commands that evaluate CEL expressions. */
export interface CostFlags {
  /** The maximum cost of one evaluation of an expression, set by `--cel-expression-budget`. */
  celExpressionBudget?: number;
  /** The maximum cost of all evaluations in one pass, set by `--cel-pass-budget`. */
  celPassBudget?: number;
}

/** Adds the flag `--cel-expression-budget` and its default to the command. */
export function addExpressionBudget(command: Command): Command {
  return command.option(
    "--cel-expression-budget <n>",
    "cost limit of one evaluation, in units of about 10 ns",
    argument(parsePositive),
    COST_LIMITS.expression,
  );
}

/** Adds `--cel-expression-budget` and `--cel-pass-budget` with their defaults to the command. */
export function addCostFlags(command: Command): Command {
  return addExpressionBudget(command).option(
    "--cel-pass-budget <n>",
    "cost limit of all evaluations of a reconcile together, in units of about 10 ns",
    argument(parsePositive),
    COST_LIMITS.pass,
  );
}

/** Returns the cost limits that the flags set. An absent flag sets the default limit. */
export function costLimits(flags: CostFlags): CostLimits {
  return {
    expression: flags.celExpressionBudget ?? COST_LIMITS.expression,
    pass: flags.celPassBudget ?? COST_LIMITS.pass,
  };
}
