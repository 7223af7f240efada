/** Estimates calls of functions and operators: the cost of the call and the size of the result. */
import { COST, failureCost } from "../evaluate/budget.ts";
import { chargeOf } from "../evaluate/charges.ts";
import { declarationsOf, isPlainFunction } from "../library/registry.ts";
import { type Expr, type Node, plainCallee } from "../syntax/ast.ts";
import { canFail, type Estimate, type Estimator, type Shapes, sortCost } from "./estimate.ts";
import { either, MOST, type Range, range, sum, times, total, upTo } from "./range.ts";
import { ANY, listShape, oneOf, plainShape, type Shape, shapeOfType, TEXT } from "./shape.ts";

/** The maximum cost of a function for each value that the function visits inside of its arguments. */
const WALKED = 90;
/**
 * The maximum cost of an operator that compares, searches or concatenates values, for each value that the
 * operator visits inside of its operands.
 */
const COMPARED = 60;
/** The maximum additional cost of a function that converts a time to a time zone. */
const ZONE = 8_000;
/**
 * The maximum length of the string that results from converting a number, a time or a bool, in characters.
 */
const SCALAR_TEXT = 64;

/** Returns the estimated cost of a call, and the estimated size of its result. */
export function estimateCall(estimator: Estimator, expr: Node<"call">, names: Shapes): Estimate {
  const name = plainCallee(expr, isPlainFunction);
  const isMember = name === undefined;
  const nodes: readonly Expr[] = isMember && expr.target ? [expr.target, ...expr.args] : expr.args;
  const args = nodes.map((arg) => estimator.of(arg, names));
  const [first, second, third] = args;
  const called = name ?? expr.name;
  if (called === "_&&_" || called === "_||_") return logical(args, failureCost(expr.depth));
  if (called === "_?_:_" && first && second && third) {
    return {
      cost: sum(first.cost, either(second.cost, third.cost)),
      shape: oneOf([second.shape, third.shape]),
    };
  }
  if (isMember && (called === "or" || called === "orValue") && first && second) {
    return {
      cost: sum(first.cost, upTo(second.cost)),
      shape: oneOf([first.shape, second.shape]),
    };
  }
  const shapes = args.map(({ shape }) => shape);
  const operands = total(args.map(({ cost }) => cost));
  const isConstant = args.length > 0 && nodes.every(isLiteral);
  const result = resultOf(called, nodes, shapes, shapeOfType(estimator.checker.known(expr)));
  const own = /^[A-Za-z]/.test(called)
    ? functionCost(called, isMember, shapes, result)
    : operatorCost(called, shapes);
  // If all arguments of a call are literals, the evaluator computes the call only once and keeps the result.
  // A later evaluation may therefore cost nothing.
  return { cost: sum(operands, isConstant ? range(0, own.max) : own), shape: result };
}

function isLiteral(expr: Expr): boolean {
  return expr.kind === "literal" || (expr.kind === "call" && expr.args.every(isLiteral) &&
    (expr.target === undefined || isLiteral(expr.target)));
}

function logical(operands: readonly Estimate[], failure: number): Estimate {
  const failures = operands.filter(canFail).length * failure;
  const all = total(operands.map(({ cost }) => cost));
  return {
    cost: range(operands[0]?.cost.min ?? 0, all.max + failures),
    shape: plainShape(),
  };
}

function operatorCost(name: string, shapes: readonly Shape[]): Range {
  if (shapes.length === 1) return range(COST.call);
  const isWalk = /^(_==_|_!=_|@in|_\+_)$/.test(name);
  const walked = shapes.map((shape) => {
    const { min, max } = shape.size;
    const values = shape.values();
    // The cost of visiting a value without inner values, such as a string, is proportional to its length.
    return values === 1
      ? range(min / 2, max / 2)
      : range(0, values * (isWalk ? COMPARED : COST.element));
  });
  return sum(range(COST.call), upTo(total(walked)));
}

function functionCost(
  name: string,
  isMember: boolean,
  shapes: readonly Shape[],
  result: Shape,
): Range {
  const declarations = declarationsOf(name, isMember);
  const isFixed = declarations.length > 0 && declarations.every((each) => each.constantTime);
  const { call, character } = chargeOf(name);
  const walked = [...shapes, result].map((shape) => {
    const values = shape.values();
    return values === 1 ? shape.size.max * character : values * (isFixed ? 15 : WALKED);
  });
  const [subject = ANY] = shapes;
  const more = name === "sort" || name === "isSorted"
    ? sortCost(subject.size, subject.element())
    : name === "distinct" && subject.element().values() > 1
    ? times(subject.size, range(0, subject.size.max * COMPARED))
    : /^get[A-Z]/.test(name) && shapes.length > 1
    ? range(0, ZONE)
    : range(0);
  const least = isFixed ? COST.call : call;
  return range(least, least + COST.parsed + walked.reduce((all, each) => all + each, more.max));
}

/**
 * Returns the shape (the estimated size) of the result of a call. If a function has no rule here, its result
 * is assumed to be at most as large as all arguments together.
 */
function resultOf(
  name: string,
  nodes: readonly Expr[],
  shapes: readonly Shape[],
  typed: Shape,
): Shape {
  const [subject = ANY, other = ANY, third = ANY] = shapes;
  const all = total(shapes.map(({ size }) => size));
  const elements = () => oneOf(shapes.map((shape) => shape.element()));
  switch (name) {
    case "_+_":
      return typed.values() === 1 ? plainShape(scalar(all)) : listShape(all, elements);
    case "replace":
      return plainShape(range(0, (subject.size.max + 1) * (third.size.max + 1)));
    case "join":
      return plainShape(upTo(times(subject.size, sum(subject.element().size, other.size))));
    case "split":
    case "findAll":
      return listShape(
        range(0, subject.size.max + 1),
        () => plainShape(range(0, 1 + subject.size.max / 4)),
      );
    case "format":
    case "json.marshal":
    case "json.encode":
      return plainShape(range(0, subject.size.max + shapes.at(-1)!.values() * SCALAR_TEXT));
    case "lists.range":
    case "random.seededString": {
      const [count] = nodes;
      const size = count?.kind === "literal" && typeof count.value === "bigint"
        ? range(Math.min(Number(count.value), MOST))
        : upTo(ANY.size);
      return name === "lists.range" ? listShape(size, () => plainShape()) : plainShape(size);
    }
    case "flatten":
      return listShape(upTo(times(subject.size, subject.element().size)), () => ANY);
    case "unwrapOpt":
    case "optional.unwrap":
    case "sort":
    case "distinct":
    case "reverse":
    case "slice":
    case "value":
    case "optional.of":
    case "optional.ofNonZeroValue":
    case "dyn":
      return name === "slice" || name === "distinct"
        ? listShape(upTo(subject.size), () => subject.element())
        : subject;
    case "json.unmarshal":
      return ANY;
  }
  if (typed.values() > 1) return listShape(upTo(all), elements);
  return typed.size.max > 0 ? plainShape(scalar(upTo(all))) : typed;
}

/**
 * Extends a range of string lengths to the maximum length of a formatted number or time. Used for strings
 * that may result from converting a number or a time.
 */
function scalar(size: Range): Range {
  return range(size.min, Math.max(size.max, Math.min(SCALAR_TEXT, TEXT.size.max)));
}
