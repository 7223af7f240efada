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

/** Adds `--cel-expression-budget` with its default. */
export function addExpressionBudget(command: Command): Command {
  return command.option(
    "--cel-expression-budget <n>",
    "what one evaluation may cost, in units of 10 ns",
    argument(parsePositive),
    COST_LIMITS.expression,
  );
}

/** Adds both flags with their defaults. */
export function addCostFlags(command: Command): Command {
  return addExpressionBudget(command).option(
    "--cel-pass-budget <n>",
    "what all evaluations of a pass may cost together",
    argument(parsePositive),
    COST_LIMITS.pass,
  );
}

/** The limits that the flags give. */
export function costLimits(flags: CostFlags): CostLimits {
  return {
    expression: flags.celExpressionBudget ?? COST_LIMITS.expression,
    pass: flags.celPassBudget ?? COST_LIMITS.pass,
  };
}
