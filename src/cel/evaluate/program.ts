/** Runs compiled expressions. */
import type { Json } from "../../api/mod.ts";
import { RUNTIME_VALUE } from "../library/conditions.ts";
import type { Overload } from "../library/declare.ts";
import type { Expr } from "../syntax/ast.ts";
import type { Evaluation } from "../failure.ts";
import type { BranchTracer } from "../types.ts";
import { failureOf } from "../value/error.ts";
import { Incoming, nativeValue } from "../value/incoming.ts";
import type { Meter } from "../value/meter.ts";
import { chargeResult } from "./result.ts";
import {
  isMap,
  ListValue,
  Opaque,
  Optional,
  TypeValue,
  Uint,
  type Value,
} from "../value/values.ts";
import { Duration, Timestamp } from "../value/time.ts";
import { Budget, type PassBudget } from "./budget.ts";
import { Compiler } from "./compile.ts";
import { Frame } from "./frame.ts";

/** Evaluates an expression with the given variables and cost budget; see {@link Program.evaluate}. */
export type Run = (
  variables: Readonly<Record<string, unknown>>,
  budget?: number | PassBudget,
) => Evaluation;

/**
 * Compiles a type-checked syntax tree to a function that evaluates the expression.
 *
 * @param chosen The overloads that each call may select at run time, as the type checker found them.
 * @param tracer Receives each branch of a conditional that an evaluation takes; absent for a program that is
 * not traced.
 */
export function evaluator(
  tree: Expr,
  chosen: ReadonlyMap<Expr, readonly Overload[]>,
  tracer?: BranchTracer,
): Run {
  const step = new Compiler(chosen, tracer).compile(tree, new Map());
  return (variables, budget) => {
    const own = new Budget(budget);
    const frame = new Frame((name) => variable(variables, name, own), own);
    try {
      const value = step(frame);
      chargeResult(value, frame.budget);
      return { ok: true, value };
    } catch (error) {
      return { ok: false, failure: failureOf(error, frame.at) };
    } finally {
      frame.budget.close();
    }
  };
}

function variable(
  variables: Readonly<Record<string, unknown>>,
  name: string,
  meter: Meter,
): Value | undefined {
  if (!Object.hasOwn(variables, name)) return name === "runtime" ? RUNTIME_VALUE : undefined;
  const value = variables[name];
  return value === undefined ? undefined : asValue(value, meter);
}

/**
 * Converts the value of a variable to a CEL value. A value that `toCel` has wrapped is converted with its
 * type, a CEL value is returned unchanged, and any other value is converted as JSON without a schema.
 */
export function asValue(value: unknown, meter: Meter): Value {
  if (value instanceof Incoming) return value.value(meter);
  return isValue(value) ? value : nativeValue(value as Json);
}

function isValue(value: unknown): value is Value {
  if (typeof value !== "object" || value === null) return typeof value === "bigint";
  return value instanceof ListValue || isMap(value) || value instanceof Optional ||
    value instanceof Opaque || value instanceof Uint || value instanceof Timestamp ||
    value instanceof Duration || value instanceof TypeValue || value instanceof Uint8Array;
}
