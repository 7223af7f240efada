/** Runs compiled expressions. */
import type { Json } from "../../api/mod.ts";
import { RUNTIME_VALUE } from "../library/conditions.ts";
import type { Overload } from "../library/declare.ts";
import type { Expr } from "../syntax/ast.ts";
import type { Evaluation } from "../failure.ts";
import { failureOf } from "../value/error.ts";
import { Incoming, nativeValue } from "../value/incoming.ts";
import {
  isMap,
  ListValue,
  Opaque,
  Optional,
  TypeValue,
  Uint,
  type Value,
  weightOf,
} from "../value/values.ts";
import { Duration, Timestamp } from "../value/time.ts";
import { Budget, COST, type PassBudget } from "./budget.ts";
import { Compiler } from "./compile.ts";
import { Frame } from "./frame.ts";

/** Evaluates an expression with these variables within a budget; see {@link Program.evaluate}. */
export type Run = (
  variables: Readonly<Record<string, unknown>>,
  budget?: number | PassBudget,
) => Evaluation;

/**
 * Compiles a checked tree to a function that evaluates it.
 *
 * @param chosen The overloads that the checker left for each call.
 */
export function evaluator(tree: Expr, chosen: ReadonlyMap<Expr, readonly Overload[]>): Run {
  const step = new Compiler(chosen).compile(tree, new Map());
  return (variables, budget) => {
    const frame = new Frame((name) => variable(variables, name), new Budget(budget));
    try {
      const value = step(frame);
      // The caller will walk through the result to convert it.
      frame.budget.charge(weightOf(value) * COST.element);
      return { ok: true, value };
    } catch (error) {
      return { ok: false, failure: failureOf(error, frame.at) };
    } finally {
      frame.budget.close();
    }
  };
}

function variable(variables: Readonly<Record<string, unknown>>, name: string): Value | undefined {
  if (!Object.hasOwn(variables, name)) return name === "runtime" ? RUNTIME_VALUE : undefined;
  const value = variables[name];
  return value === undefined ? undefined : asValue(value);
}

/** The value of a variable: a CEL value as it is, anything else converted as plain JSON. */
export function asValue(value: unknown): Value {
  if (value instanceof Incoming) return value.value;
  return isValue(value) ? value : nativeValue(value as Json);
}

function isValue(value: unknown): value is Value {
  if (typeof value !== "object" || value === null) return typeof value === "bigint";
  return value instanceof ListValue || isMap(value) || value instanceof Optional ||
    value instanceof Opaque || value instanceof Uint || value instanceof Timestamp ||
    value instanceof Duration || value instanceof TypeValue || value instanceof Uint8Array;
}
