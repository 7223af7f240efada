/** Calls: logic that need not evaluate everything, and dispatch by the kinds of the arguments. */
import { type Expr, type Node, plainCallee } from "../syntax/ast.ts";
import { accepts, type FunctionDeclaration, type Overload } from "../library/declare.ts";
import { declarationsOf, isPlainFunction } from "../library/registry.ts";
import { CelError, noOverload } from "../value/error.ts";
import { Opaque, Optional, type Value, weightOf } from "../value/values.ts";
import { COST } from "./budget.ts";
import type { Compiler, Locals, Step } from "./compile.ts";

/** Characters of text that cost as much as one step. */
const CHARACTERS_A_STEP = 10;

/** A call as a function. */
export function compileCall(compiler: Compiler, expr: Node<"call">, locals: Locals): Step {
  const name = plainCallee(expr, isPlainFunction);
  const isMember = name === undefined;
  const nodes: readonly Expr[] = isMember && expr.target ? [expr.target, ...expr.args] : expr.args;
  const args = nodes.map((arg) => compiler.compile(arg, locals));
  if (name === "_&&_") return logical(args, false);
  if (name === "_||_") return logical(args, true);
  if (name === "_?_:_") return conditional(args);
  if (isMember && (expr.name === "or" || expr.name === "orValue")) return orElse(args, expr.name);
  const chosen = compiler.chosen.get(expr);
  return dispatch(declarationsOf(name ?? expr.name, isMember), chosen, args, name ?? expr.name);
}

/** One operand that decides makes failures of the others irrelevant. */
function logical(operands: readonly Step[], deciding: boolean): Step {
  return (frame) => {
    let failure: unknown;
    for (const operand of operands) {
      try {
        const value = operand(frame);
        if (value === deciding) return deciding;
        if (typeof value !== "boolean") noOverload();
      } catch (error) {
        if (!(error instanceof CelError) || error.code === "cost") throw error;
        frame.budget.charge(COST.failure);
        failure ??= error;
      }
    }
    if (failure !== undefined) throw failure;
    return !deciding;
  };
}

function conditional([condition, yes, no]: readonly Step[]): Step {
  return (frame) => {
    const value = condition?.(frame);
    const branch = value === true ? yes : value === false ? no : undefined;
    return branch === undefined ? noOverload() : branch(frame);
  };
}

/** `or` and `orValue` evaluate their argument only when the optional is absent. */
function orElse([target, other]: readonly Step[], name: string): Step {
  return (frame) => {
    const optional = target?.(frame);
    if (!(optional instanceof Optional) || other === undefined) return noOverload(name);
    if (optional.value !== undefined) return name === "or" ? optional : optional.value;
    return other(frame);
  };
}

type Run = (...args: Value[]) => Value;

function dispatch(
  declarations: readonly FunctionDeclaration[],
  chosen: readonly Overload[] | undefined,
  args: readonly Step[],
  name: string,
): Step {
  const candidates = declarations.flatMap((declaration) =>
    declaration.overloads
      .filter((overload) => chosen?.includes(overload) ?? overload.params.length === args.length)
      .map((overload) => ({ overload, declaration, run: declaration.run as Run }))
  );
  const [first] = declarations;
  const label = /^[A-Za-z]/.test(name) ? name : undefined;
  if (label === undefined && first?.checksArguments) return operation(first, args);
  return (frame) => {
    const values = args.map((arg) => arg(frame));
    for (const { overload, declaration, run } of candidates) {
      if (!declaration.checksArguments && !takes(overload, values)) continue;
      if (declaration.constantTime) {
        frame.budget.charge(COST.call);
        return run(...values);
      }
      frame.budget.charge(COST.function + (declaration.steps?.(...values as never[]) ?? 0));
      for (const value of values) frame.budget.charge(cost(value, COST.sortedElement));
      const result = run(...values);
      frame.budget.charge(
        result instanceof Opaque ? COST.parsed : cost(result, COST.element),
      );
      return result;
    }
    return noOverload(label);
  };
}

function takes(overload: Overload, values: readonly Value[]): boolean {
  for (let index = 0; index < values.length; index++) {
    const param = overload.params[index];
    if (param === undefined || !accepts(param, values[index] ?? null)) return false;
  }
  return true;
}

/** Operators take one or two operands, and are what loops do most. */
function operation(declaration: FunctionDeclaration, [left, right]: readonly Step[]): Step {
  const run = declaration.run as Run;
  if (left === undefined) return () => noOverload();
  if (right === undefined) {
    return (frame) => {
      frame.budget.charge(COST.call);
      return run(left(frame));
    };
  }
  return (frame) => {
    const a = left(frame);
    const b = right(frame);
    frame.budget.charge(COST.call + cost(a, COST.element) + cost(b, COST.element));
    return run(a, b);
  };
}

/** What walking a value once costs. */
function cost(value: Value, element: number): number {
  if (typeof value === "string" || value instanceof Uint8Array) {
    return Math.floor(value.length / CHARACTERS_A_STEP);
  }
  return weightOf(value) * element;
}
