/**
 * Compiles calls: operators that evaluate their operands only when needed, and functions whose overload is
 * selected by the types of the arguments.
 */
import { type Expr, type Node, plainCallee } from "../syntax/ast.ts";
import { accepts, type FunctionDeclaration, type Overload } from "../library/declare.ts";
import { declarationsOf, isPlainFunction } from "../library/registry.ts";
import { type CelError, noOverload } from "../value/error.ts";
import type { Meter } from "../value/meter.ts";
import { isMap, ListValue, Opaque, Optional, type Value, weightOf } from "../value/values.ts";
import { COST, failureCost } from "./budget.ts";
import { type Charge, chargeOf } from "./charges.ts";
import type { Compiler, Locals } from "./compile.ts";
import type { Frame, Step } from "./frame.ts";

/** The cost of an operator for each character or byte of its operands. */
const CHARACTER = 0.5;

/**
 * Compiles a call. If all arguments are constant, the call is evaluated once and the result is kept for later
 * evaluations.
 *
 * @param mayKeep False if the call must be evaluated every time, even if all arguments are constant.
 */
export function compileCall(
  compiler: Compiler,
  expr: Node<"call">,
  locals: Locals,
  mayKeep = true,
): Step {
  const name = plainCallee(expr, isPlainFunction);
  const isMember = name === undefined;
  const nodes: readonly Expr[] = isMember && expr.target ? [expr.target, ...expr.args] : expr.args;
  const isConditional = name === "_?_:_";
  const args = nodes.map((arg, index) =>
    isConditional && index > 0 ? compiler.branch(arg, locals) : compiler.compile(arg, locals)
  );
  if (name === "_&&_") return logical(args, false, expr);
  if (name === "_||_") return logical(args, true, expr);
  if (isConditional) return conditional(traced(args, compiler, expr.at), expr.at);
  if (isMember && (expr.name === "or" || expr.name === "orValue")) {
    return orElse(args, expr.name, expr.at);
  }
  const declarations = declarationsOf(name ?? expr.name, isMember);
  const [first] = declarations;
  const called = name ?? expr.name;
  const candidates = () => candidatesOf(declarations, compiler.chosen.get(expr), args.length);
  const step = first?.checksArguments && !isWord(called)
    ? operation(first, args, expr.at)
    : dispatch(candidates(), args, called, expr.at);
  const isConstant = mayKeep && args.length > 0 && args.every((arg) => compiler.constants.has(arg));
  return isConstant ? compiler.constant(onceMade(step)) : step;
}

/** The maximum length of a string that is kept for later evaluations, in characters. */
const KEPT_CHARACTERS = 1000;

/**
 * Keeps the result of a call with constant arguments, such as `quantity("1Gi")`, for later evaluations. A
 * list, a map, bytes or a long string is not kept, because it would take too much memory.
 */
function onceMade(step: Step): Step {
  let known: Value | undefined;
  return (frame) => {
    if (known !== undefined) {
      frame.budget.charge(COST.call);
      return known;
    }
    const value = step(frame);
    const isSmall = typeof value === "string" ? value.length <= KEPT_CHARACTERS : !isMade(value);
    if (isSmall) known = value;
    return value;
  };
}

function isMade(value: Value): boolean {
  return value instanceof ListValue || value instanceof Uint8Array || isMap(value);
}

/**
 * Compiles `&&` and `||`. If one operand equals `deciding` (false for `&&`, true for `||`), this value is
 * the result, even if the evaluation of other operands fails.
 */
function logical(operands: readonly Step[], deciding: boolean, { at: offset, depth }: Expr): Step {
  const cost = failureCost(depth);
  return (frame) => {
    let failure: CelError | undefined;
    for (const operand of operands) {
      try {
        const value = operand(frame);
        if (value === deciding) return deciding;
        if (typeof value !== "boolean") {
          frame.at = offset;
          noOverload();
        }
      } catch (error) {
        const failed = frame.caught(error, offset, cost);
        failure ??= failed;
      }
    }
    if (failure !== undefined) throw failure;
    return !deciding;
  };
}

/**
 * Returns the closures for the condition and the two branches of a conditional. If the program is traced,
 * each returned branch reports to the tracer when an evaluation takes the branch.
 */
function traced(args: readonly Step[], { tracer }: Compiler, offset: number): readonly Step[] {
  const [condition, yes, no] = args;
  if (!tracer || !condition || !yes || !no) return args;
  const taken = tracer.found(offset);
  const reporting = (branch: Step, value: boolean): Step => (frame) => {
    taken(value);
    return branch(frame);
  };
  return [condition, reporting(yes, true), reporting(no, false)];
}

function conditional([condition, yes, no]: readonly Step[], offset: number): Step {
  return (frame) => {
    const value = condition?.(frame);
    const branch = value === true ? yes : value === false ? no : undefined;
    if (branch !== undefined) return branch(frame);
    frame.at = offset;
    return noOverload();
  };
}

/** Compiles `or` and `orValue`, which evaluate their argument only when the optional is absent. */
function orElse([target, other]: readonly Step[], name: string, offset: number): Step {
  return (frame) => {
    const optional = target?.(frame);
    if (!(optional instanceof Optional) || other === undefined) {
      frame.at = offset;
      return noOverload(name);
    }
    if (optional.value !== undefined) return name === "or" ? optional : optional.value;
    return other(frame);
  };
}

type Run<T = Value> = (...args: (Value | undefined | Meter)[]) => T;

/** An overload that a call may select at run time, with the declaration that implements the overload. */
interface Candidate {
  readonly params: Overload["params"];
  readonly declaration: FunctionDeclaration;
  readonly charge: Charge;
}

/**
 * A cache with one {@link Candidate} for each declared overload. All calls of the overload share the
 * candidate, which never changes.
 */
const known = new WeakMap<Overload, Candidate>();

function candidatesOf(
  declarations: readonly FunctionDeclaration[],
  chosen: readonly Overload[] | undefined,
  count: number,
): readonly Candidate[] {
  return declarations.flatMap((declaration) =>
    declaration.overloads
      .filter((overload) => chosen?.includes(overload) ?? overload.params.length === count)
      .map((overload) => {
        const charge = chargeOf(declaration.name);
        const candidate = known.get(overload) ?? { params: overload.params, declaration, charge };
        known.set(overload, candidate);
        return candidate;
      })
  );
}

function dispatch(
  candidates: readonly Candidate[],
  args: readonly Step[],
  name: string,
  offset: number,
): Step {
  return (frame) => {
    const values = args.map((arg) => arg(frame));
    frame.at = offset;
    for (const candidate of candidates) {
      if (candidate.declaration.checksArguments || takes(candidate.params, values, frame.budget)) {
        return call(frame, candidate, values);
      }
    }
    return noOverload(isWord(name) ? name : undefined);
  };
}

function call(frame: Frame, { declaration, charge }: Candidate, values: Value[]): Value {
  const run = declaration.run as Run;
  const { budget } = frame;
  const { arity, steps } = declaration;
  if (declaration.constantTime) {
    budget.charge(COST.call);
    return apply(run, values, arity, budget);
  }
  const { character } = charge;
  budget.charge(charge.call + (steps ? apply(steps as Run<number>, values, arity, budget) : 0));
  for (const value of values) budget.charge(cost(value, COST.visitedElement, character));
  const result = apply(run, values, arity, budget);
  if (result instanceof Opaque) budget.charge(COST.parsed);
  else budget.charge(cost(result, COST.element, character));
  return result;
}

/**
 * Calls the implementation of a function with the arguments and the meter. Missing arguments are passed as
 * undefined. Each number of arguments has a case of its own, because spreading an array would take longer
 * than most implementations run.
 */
function apply<T>(run: Run<T>, args: readonly Value[], arity: number, meter: Meter): T {
  switch (arity) {
    case 0:
      return run(meter);
    case 1:
      return run(args[0], meter);
    case 2:
      return run(args[0], args[1], meter);
    case 3:
      return run(args[0], args[1], args[2], meter);
    default:
      return run(args[0], args[1], args[2], args[3], meter);
  }
}

/** Reports whether a name belongs to a function and not to an operator. */
function isWord(name: string): boolean {
  return /^[A-Za-z]/.test(name);
}

function takes(params: Overload["params"], values: readonly Value[], meter: Meter): boolean {
  for (let index = 0; index < values.length; index++) {
    const param = params[index];
    if (param === undefined || !accepts(param, values[index] ?? null, meter)) return false;
  }
  return true;
}

/**
 * Compiles an operator with one or two operands. The operator checks the types of its operands itself,
 * because selecting an overload would take longer. This speed matters, because these operators are called
 * most often.
 */
function operation(
  declaration: FunctionDeclaration,
  [left, right]: readonly Step[],
  offset: number,
): Step {
  const run = declaration.run as Run;
  if (left === undefined) return () => noOverload();
  return right === undefined ? unary(run, left, offset) : binary(run, left, right, offset);
}

function unary(run: Run, operand: Step, offset: number): Step {
  return (frame) => {
    const value = operand(frame);
    frame.at = offset;
    frame.budget.charge(COST.call);
    return run(value, frame.budget);
  };
}

function binary(run: Run, left: Step, right: Step, offset: number): Step {
  return (frame) => {
    const a = left(frame);
    const b = right(frame);
    frame.at = offset;
    const walked = cost(a, COST.element, CHARACTER) + cost(b, COST.element, CHARACTER);
    frame.budget.charge(COST.call + walked);
    return run(a, b, frame.budget);
  };
}

/** Returns the cost of visiting a value and all values inside of it once. */
function cost(value: Value, element: number, character: number): number {
  if (value instanceof Opaque) return value.characters * character;
  if (typeof value === "string" || value instanceof Uint8Array) {
    return Math.floor(value.length * character);
  }
  return weightOf(value) * element;
}
