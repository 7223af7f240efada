/** Estimates calls of functions and operators: the cost of the call and the size of the result. */
import { COST } from "../evaluate/budget.ts";
import { chargeOf } from "../evaluate/charges.ts";
import { ROUNDED, WRITTEN } from "../library/format.ts";
import { patternCost, SEARCH_COST } from "../library/regex.ts";
import { COUNTED } from "../library/standard.ts";
import { declarationsOf, isPlainFunction } from "../library/registry.ts";
import { type Expr, type Node, plainCallee } from "../syntax/ast.ts";
import { ACCESS_COST } from "../value/meter.ts";
import { ANY, jsonShape, shapeOfType } from "./assumed.ts";
import { type Estimate, type Estimator, type Shapes, sortCost } from "./estimate.ts";
import { either, MOST, type Range, range, sum, times, total, upTo } from "./range.ts";
import { entriesOf, listShape, oneOf, plainShape, type Shape, shapeOf } from "./shape.ts";

/** The maximum cost of visiting one value in a function's arguments, such as one element of a list. */
const WALKED = 90;
/** The functions that visit all values inside of their arguments. All other functions visit the elements. */
const DEEP: ReadonlySet<string> = new Set([
  "json.marshal",
  "json.encode",
  "format",
  "merge",
  "deepMerge",
]);
/** The types of results that are not library types, so that no value is parsed from a string. */
const PLAIN: ReadonlySet<string> = new Set([
  "bool",
  "bytes",
  "double",
  "int",
  "list",
  "map",
  "string",
  "struct",
  "uint",
]);
/** The maximum cost of comparing two values, without the cost of comparing their characters. */
const COMPARED = 120;
/** The maximum cost of reading an element of a list or map. */
const READ = ACCESS_COST.wrapped + 10;
/** The maximum cost of copying one element when two lists are concatenated. */
const COPIED = 90;
/** The maximum cost of copying one entry of a map, including its key. */
const MERGED = 800;
/** The number of parts into which a function such as `split` is assumed to split a short string. */
const PARTS = 10;
/** The maximum cost of converting a timestamp to a time zone. This cost is added to the cost of the call. */
const ZONE = 8_000;
/** The maximum cost of each part that a function cuts out of a string. */
const PART = 20;
/**
 * The maximum length of the string that `string(x)` returns. The keys are the types of `x`. Among the
 * `opaque` values, a CIDR block has the longest string: an address and the length of its prefix.
 */
const TEXT_LENGTHS: Readonly<Record<string, number>> = {
  bool: 5,
  int: 20,
  uint: 20,
  double: 24,
  timestamp: 35,
  duration: 30,
  opaque: 49,
};
/** The maximum length in {@link TEXT_LENGTHS}. */
const SCALAR_TEXT = 49;

/**
 * The maximum length of a value in JSON and in the result of `format`, without the characters of strings. The
 * length includes quotes, a comma and the name of a field.
 */
const WRITTEN_TEXT = 32;

/** Returns the estimated cost of a call, and the estimated size of its result. */
export function estimateCall(estimator: Estimator, expr: Node<"call">, names: Shapes): Estimate {
  const name = plainCallee(expr, isPlainFunction);
  const isMember = name === undefined;
  const nodes: readonly Expr[] = isMember && expr.target ? [expr.target, ...expr.args] : expr.args;
  const args = nodes.map((arg) => estimator.of(arg, names));
  const [first, second, third] = args;
  const called = name ?? expr.name;
  if (called === "_&&_" || called === "_||_") return logical(args);
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
  const typed = shapeOfType(estimator.checker.known(expr));
  const kinds = nodes.map((node) => estimator.checker.known(node).kind);
  const result = called === "string" && kinds[0] !== undefined
    ? textOf(kinds[0], first?.shape ?? ANY)
    : resultOf(called, nodes, shapes, typed);
  const own = /^[A-Za-z]/.test(called)
    ? functionCost(estimator, called, isMember, nodes, kinds, shapes, result)
    : operatorCost(called, kinds, shapes);
  const parsed = PLAIN.has(estimator.checker.known(expr).kind) ? 0 : COST.parsed;
  // The evaluator computes a call with constant arguments only once and keeps the result. The minimum cost of
  // the call is therefore 0.
  return { cost: sum(operands, range(isConstant ? 0 : own.min, own.max + parsed)), shape: result };
}

/** Returns the shape (the estimated size) of the string that `string(x)` returns. */
function textOf(kind: string, { size }: Shape): Shape {
  const length = TEXT_LENGTHS[kind];
  return plainShape(
    length === undefined ? range(size.min, Math.max(size.max, SCALAR_TEXT)) : range(1, length),
  );
}

function isLiteral(expr: Expr): boolean {
  return expr.kind === "literal" || (expr.kind === "call" && expr.args.every(isLiteral) &&
    (expr.target === undefined || isLiteral(expr.target)));
}

function logical(operands: readonly Estimate[]): Estimate {
  const all = total(operands.map(({ cost }) => cost));
  return { cost: range(operands[0]?.cost.min ?? 0, all.max), shape: plainShape() };
}

function operatorCost(name: string, kinds: readonly string[], shapes: readonly Shape[]): Range {
  const [left, right] = shapes;
  if (left === undefined || right === undefined) return range(COST.call);
  const operands = total(shapes.map((shape) => {
    const values = shape.values();
    // A string costs one unit for each character, and a list or map costs COST.element for each element.
    return range(0, values === 1 ? shape.size.max : shape.size.max * COST.element);
  }));
  return range(COST.call, COST.call + operands.max + walkCost(name, kinds, left, right));
}

/**
 * Returns the maximum cost of visiting the operands of an operator that compares, searches or concatenates.
 */
function walkCost(name: string, [a, b]: readonly string[], left: Shape, right: Shape): number {
  switch (name) {
    case "_==_":
    case "_!=_":
      return comparison(left, right) + counted(a, left) + counted(b, right);
    case "@in":
      return b === "map" || b === "struct"
        ? READ + left.size.max
        : right.size.max * (READ + comparison(left, right.element()));
    case "_+_":
      return left.values() + right.values() > 2 ? (left.size.max + right.size.max) * COPIED : 0;
    default:
      return 0;
  }
}

/**
 * Returns the maximum cost of comparing two values. A comparison visits only as many parts as the smaller
 * value has.
 */
function comparison(a: Shape, b: Shape): number {
  const values = Math.min(a.values(), b.values());
  const characters = Math.min(a.characters(), b.characters()) * ACCESS_COST.compared;
  return values === 1 ? characters : values * COMPARED + characters;
}

/** Returns the maximum cost of comparing the characters of two elements that have this shape. */
function compared({ size }: Shape): number {
  return size.max * ACCESS_COST.compared;
}

/** Returns the maximum cost of counting the entries of a value; 0 when the value cannot be a map. */
function counted(kind: string | undefined, shape: Shape): number {
  return kind === "list" || shape.values() === 1 ? 0 : shape.size.max * ACCESS_COST.counted;
}

function functionCost(
  estimator: Estimator,
  name: string,
  isMember: boolean,
  nodes: readonly Expr[],
  kinds: readonly string[],
  shapes: readonly Shape[],
  result: Shape,
): Range {
  const declarations = declarationsOf(name, isMember);
  const isFixed = declarations.length > 0 && declarations.every((each) => each.constantTime);
  if (isFixed) return range(COST.call, COST.call + fixedCost(name, kinds[0], shapes));
  const { call, character } = chargeOf(name);
  const walked = [...shapes, result].map((shape) => {
    const values = DEEP.has(name)
      ? shape.values()
      : Math.min(shape.values(), 1 + entriesOf(shape).max);
    return values === 1 ? shape.size.max * character : values * WALKED;
  });
  const most = walked.reduce((all, each) => all + each, ownCost(estimator, name, nodes, shapes));
  return range(call, call + most);
}

/**
 * Returns the maximum cost of a function that is declared to take constant time. Only the cost of `size`
 * grows with its argument, because `size` counts the characters of a string and the entries of a map.
 */
function fixedCost(
  name: string,
  kind: string | undefined,
  [subject = ANY]: readonly Shape[],
): number {
  const read = ACCESS_COST.wrapped;
  if (name !== "size" || kind === "list" || kind === "bytes") return read;
  return read + subject.size.max * (kind === "string" ? COUNTED : ACCESS_COST.counted);
}

/** Returns the maximum cost of a call, without the cost of visiting its arguments and its result. */
function ownCost(
  estimator: Estimator,
  name: string,
  nodes: readonly Expr[],
  shapes: readonly Shape[],
): number {
  const [subject = ANY, other = ANY] = shapes;
  const element = () => subject.element();
  switch (name) {
    case "sort":
    case "isSorted":
      return sortCost(subject.size, element()).max;
    case "distinct":
      return element().values() > 1
        ? subject.size.max ** 2 * COMPARED
        : subject.size.max * element().size.max * ACCESS_COST.hashed;
    case "min":
    case "max":
    case "indexOf":
    case "lastIndexOf":
      return subject.values() === 1 ? other.size.max * 3 : subject.size.max * compared(element());
    case "join":
      return subject.size.max * (element().size.max + other.size.max);
    case "format":
      return formatCost(nodes[0], other);
    case "flatten":
      return flattenedSize(subject, nodes.length === 1) * WALKED;
    case "trim":
      return subject.size.max * 2;
    case "split":
    case "replace":
      return partsOf(subject) * PART;
    case "merge":
    case "deepMerge":
      return (subject.size.max + other.size.max) * MERGED;
    case "matches":
    case "find":
    case "findAll":
      return matchCost(estimator, name, nodes[1], subject, other);
  }
  return /^get[A-Z]/.test(name) && shapes.length > 1 ? ZONE : 0;
}

/**
 * Returns the maximum cost of matching a pattern. In the worst case, the matcher runs all instructions of the
 * compiled pattern for each character of the string. A literal pattern is compiled once for the whole
 * expression, because the evaluator caches compiled patterns.
 */
function matchCost(
  estimator: Estimator,
  name: string,
  pattern: Expr | undefined,
  text: Shape,
  other: Shape,
): number {
  const literal = pattern?.kind === "literal" && typeof pattern.value === "string"
    ? pattern.value
    : undefined;
  const { compile, character } = patternCost(literal ?? "a".repeat(other.size.max));
  if (literal !== undefined) estimator.addOnce(literal, compile);
  const searches = name === "findAll" ? partsOf(text) : 1;
  return (literal === undefined ? compile : 0) + searches * SEARCH_COST +
    text.size.max * character;
}

/**
 * Returns the assumed number of parts of a string: {@link PARTS}, or one part for every sixteen characters if
 * that is more.
 */
function partsOf({ size }: Shape): number {
  return Math.min(size.max + 1, Math.max(PARTS, size.max / 16));
}

/**
 * Returns the maximum number of elements of a flattened list.
 *
 * @param isShallow Whether only the elements of the list are replaced by their own elements.
 */
function flattenedSize(list: Shape, isShallow: boolean): number {
  const inner = isShallow ? Math.max(1, entriesOf(list.element()).max) : Infinity;
  return Math.min(list.values(), entriesOf(list).max * inner);
}

/**
 * Returns the shape of the parts into which a string is split. All parts together have at most the characters
 * of the string, but one part may have all of them.
 */
function partsShape(text: Shape, separator: Expr | undefined): Shape {
  const length = text.size.max;
  const isEach = separator?.kind === "literal" && separator.value === "";
  const count = isEach ? length : partsOf(text);
  return shapeOf({
    size: range(0, count),
    element: () => plainShape(range(0, 1 + length / Math.max(1, count))),
    field: () => plainShape(range(0, length)),
    characters: () => length,
  });
}

function formatCost(format: Expr | undefined, args: Shape): number {
  const text = format?.kind === "literal" ? String(format.value) : "";
  const rounded = text.match(/%(?:\.\d+)?[ef]/g)?.length ?? 0;
  return rounded * ROUNDED + args.values() * WRITTEN + args.characters();
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
      if (typed.values() > 1) return listShape(all, elements);
      return typed.size.max > 0 ? plainShape(all) : typed;
    case "replace":
      return plainShape(range(0, (subject.size.max + 1) * (third.size.max + 1)));
    case "join":
      return plainShape(upTo(times(subject.size, sum(subject.element().size, other.size))));
    case "split":
    case "findAll":
      return partsShape(subject, nodes[1]);
    case "format":
    case "json.marshal":
    case "json.encode": {
      const written = shapes.at(-1) ?? ANY;
      const characters = written === subject ? 0 : subject.size.max;
      return plainShape(
        range(0, characters + written.characters() + written.values() * WRITTEN_TEXT),
      );
    }
    case "base64.encode":
      return plainShape(range(0, 4 + subject.size.max * 4 / 3));
    case "first":
    case "last":
      return subject.field("0");
    case "lists.range":
    case "random.seededString": {
      const [count] = nodes;
      const size = count?.kind === "literal" && typeof count.value === "bigint"
        ? range(Math.min(Number(count.value), MOST))
        : upTo(ANY.size);
      return name === "lists.range" ? listShape(size, () => plainShape()) : plainShape(size);
    }
    case "flatten":
      return shapeOf({
        size: range(0, flattenedSize(subject, nodes.length === 1)),
        element: () => oneOf([subject.element(), subject.element().element()]),
        values: () => subject.values(),
        characters: () => subject.characters(),
      });
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
      return jsonShape(subject.size);
  }
  if (typed.values() > 1) return listShape(upTo(all), elements);
  return typed.size.max > 0 ? plainShape(range(0, Math.max(all.max, SCALAR_TEXT))) : typed;
}
