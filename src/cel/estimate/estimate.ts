/**
 * Estimates the cost of an expression without evaluating it, similar to the cost estimate that Kubernetes
 * makes for the validation rules of CRDs. The minimum cost assumes the smallest values that the schemas
 * allow, the maximum cost the largest values. The costs of single operations are the same as in the
 * evaluator.
 */
import type { Checker } from "../check/checker.ts";
import { COST, failureCost } from "../evaluate/budget.ts";
import type { Expr, Node } from "../syntax/ast.ts";
import { ACCESS_COST } from "../value/meter.ts";
import { estimateCall } from "./calls.ts";
import { ANY, shapeOfType } from "./assumed.ts";
import { type Range, range, sum, times, total, upTo } from "./range.ts";
import { entriesOf, listShape, oneOf, plainShape, type Shape, shapeOf } from "./shape.ts";

/** The estimate of one node of the syntax tree. */
export interface Estimate {
  /**
   * The cost of evaluating the node and its operands, in units of the cost budget (about ten nanoseconds).
   */
  readonly cost: Range;
  /** The possible sizes of the result and of the values inside of the result. */
  readonly shape: Shape;
}

/** The cost of looking up one field or element of a value. */
const LOOK = range(0, ACCESS_COST.wrapped + ACCESS_COST.read);
/** The cost of adding an entry to a map literal. */
const ADDED = range(ACCESS_COST.entry, ACCESS_COST.entry + 10);
/**
 * The maximum cost of adding an entry to the map that a macro creates. The cost includes the lookup of the
 * key, but not the characters of the key.
 */
const INSERTED = ACCESS_COST.entry + 30;
/** The maximum cost of returning one value of a result to the caller, without the value's characters. */
const RETURNED = 30;
/** The cost of returning one character of a result to the caller. */
const RETURNED_CHARACTER = 0.1;

/**
 * Returns the minimum and the maximum cost of a type-checked expression.
 *
 * @param checker The checker that has checked the expression.
 */
export function estimate(tree: Expr, checker: Checker): Range {
  const estimator = new Estimator(checker);
  const { cost, shape } = estimator.of(tree, new Map());
  // The evaluator charges for each failure that it catches, as for `a` in `a || true`. The maximum cost
  // includes one caught failure for the whole expression, although a macro may catch one for each element.
  const failure = absorbsFailures(tree) ? failureCost(tree.depth) : 0;
  return sum(
    cost,
    range(0, estimator.once + failure),
    isInput(tree) ? range(0, 1) : resultCost(shape),
  );
}

/**
 * Reports whether the expression returns a part of a variable unchanged, as `a.b` does, or an empty list or
 * map. Returning this result costs at most one unit.
 */
function isInput(expr: Expr): boolean {
  switch (expr.kind) {
    case "ident":
    case "select":
    case "index":
      return true;
    case "list":
      return expr.elements.length === 0;
    case "map":
      return expr.entries.length === 0;
    case "bind":
      return isInput(expr.body);
    case "call": {
      const { name, args: [first, ...others] } = expr;
      if (name === "_?_:_") return others.every(isInput);
      if (name === "orValue") {
        return [first, expr.target].every((each) => each !== undefined && isInput(each));
      }
      return name === "dyn" && first !== undefined && isInput(first);
    }
    default:
      return false;
  }
}

/** Returns the cost of returning a computed result of this shape to the caller. */
function resultCost(shape: Shape): Range {
  const values = shape.values();
  if (values === 1) return range(0, 1 + shape.size.max * RETURNED_CHARACTER);
  return range(0, values * RETURNED + shape.characters() * RETURNED_CHARACTER);
}

/**
 * The shapes (estimated sizes) of the variables that macros declare. The keys are the names of the variables.
 */
export type Shapes = ReadonlyMap<string, Shape>;

/** Estimates the nodes of one expression. */
export class Estimator {
  readonly #once = new Map<string, number>();

  /**
   * Creates an estimator.
   *
   * @param checker The checker that has checked the expression. The estimate depends on the types that the
   * checker has inferred.
   */
  constructor(readonly checker: Checker) {}

  /** The maximum of all costs that an evaluation is charged once, even inside of a loop. */
  get once(): number {
    return [...this.#once.values()].reduce((all, cost) => all + cost, 0);
  }

  /**
   * Adds a cost that an evaluation is charged once, such as the cost of compiling a literal pattern.
   *
   * @param key Identifies the cost, such as the pattern. A cost with the same key is added once.
   */
  addOnce(key: string, cost: number): void {
    this.#once.set(key, cost);
  }

  /** Returns the estimate of a node. */
  of(expr: Expr, names: Shapes): Estimate {
    switch (expr.kind) {
      case "literal":
        return { cost: range(0), shape: literalShape(expr.value) };
      case "ident": {
        const shape = names.get(expr.name) ?? shapeOfType(this.checker.known(expr));
        return { cost: range(0), shape };
      }
      case "select": {
        const { cost, shape } = this.of(expr.operand, names);
        return { cost: sum(cost, upTo(LOOK)), shape: shape.field(expr.field) };
      }
      case "has":
        return { cost: sum(this.of(expr.operand, names).cost, upTo(LOOK)), shape: plainShape() };
      case "index":
        return this.#index(expr, names);
      case "call":
        return estimateCall(this, expr, names);
      case "list":
        return this.#list(expr, names);
      case "map":
        return this.#map(expr, names);
      case "loop":
        return this.#loop(expr, names);
      case "bind": {
        const init = this.of(expr.init, names);
        const body = this.of(expr.body, new Map([...names, [expr.variable, init.shape]]));
        return { cost: sum(body.cost, upTo(init.cost)), shape: body.shape };
      }
      case "optMap": {
        const target = this.of(expr.target, names);
        const body = this.of(expr.body, new Map([...names, [expr.variable, target.shape]]));
        return { cost: sum(target.cost, upTo(body.cost)), shape: body.shape };
      }
    }
  }

  #index(expr: Node<"index">, names: Shapes): Estimate {
    const [operand, index] = [this.of(expr.operand, names), this.of(expr.index, names)];
    const key = expr.index.kind === "literal" ? expr.index.value : undefined;
    const isKnown = typeof key === "string" || typeof key === "bigint";
    const { shape } = operand;
    return {
      cost: sum(operand.cost, index.cost, range(COST.call), upTo(LOOK)),
      shape: isKnown ? shape.field(String(key)) : shape.element(),
    };
  }

  #list(expr: Node<"list">, names: Shapes): Estimate {
    const parts = expr.elements.map(({ value }) => this.of(value, names));
    const own = range(COST.container + parts.length * COST.element);
    const present = expr.elements.filter(({ optional }) => !optional).length;
    return {
      cost: total([own, ...parts.map(({ cost }) => cost)]),
      shape: madeOf(parts.map(({ shape }) => shape), range(present, parts.length)),
    };
  }

  #map(expr: Node<"map">, names: Shapes): Estimate {
    const keys = expr.entries.map(({ key }) => this.of(key, names));
    const values = expr.entries.map(({ value }) => this.of(value, names));
    const entries = range(
      expr.entries.filter(({ optional }) => !optional).length,
      expr.entries.length,
    );
    const own = range(COST.container + expr.entries.length * COST.entry);
    const made = madeOf(values.map(({ shape }) => shape), entries);
    const field = (name: string) => {
      const index = expr.entries.findIndex(({ key }) =>
        key.kind === "literal" && key.value === name
      );
      return values[index]?.shape ?? made.element();
    };
    return {
      cost: total([own, times(entries, ADDED), ...[...keys, ...values].map(({ cost }) => cost)]),
      shape: shapeOf({
        size: made.size,
        element: () => made.element(),
        field,
        values: () => made.values(),
        characters: () => made.characters(),
      }),
    };
  }

  #loop(expr: Node<"loop">, names: Shapes): Estimate {
    const { macro, variables: [first = "", second] } = expr;
    const walked = this.of(expr.range, names);
    const { kind } = this.checker.known(plain(expr.range));
    const [key, item] = [
      kind === "list" ? plainShape() : walked.shape.key(),
      walked.shape.element(),
    ];
    const single = kind === "map" || kind === "struct" ? key : item;
    const inside = new Map(names);
    if (second === undefined) inside.set(first, single);
    else inside.set(first, key).set(second, item);

    const condition = expr.condition && this.of(expr.condition, inside);
    const body = expr.body && this.of(expr.body, inside);
    const count = entriesOf(walked.shape);
    const isQuantified = macro === "all" || macro === "exists";
    const steps = isQuantified ? range(Math.min(1, count.min), count.max) : count;
    const isMap = macro === "transformMap" || macro === "transformMapEntry";
    const made = macro === "transformMapEntry" ? body?.shape.size ?? range(1) : range(1);
    const step = sum(
      range(COST.step + (isMap ? COST.entry : 0)),
      range(0, ACCESS_COST.counted + ACCESS_COST.wrapped + 10),
      condition?.cost ?? range(0),
      condition ? upTo(body?.cost ?? range(0)) : body?.cost ?? range(0),
      isMap ? range(0, made.max * (INSERTED + 2 * key.size.max * ACCESS_COST.hashed)) : range(0),
    );
    const sorting = macro === "sortBy" ? sortCost(count, body?.shape ?? ANY) : range(0);
    return {
      cost: sum(walked.cost, times(steps, step), sorting),
      shape: resultOf(macro, expr.condition ? upTo(count) : count, single, body?.shape),
    };
  }
}

/** Returns the shape (the estimated size) of the result of a macro. */
function resultOf(
  macro: Node<"loop">["macro"],
  count: Range,
  item: Shape,
  body: Shape = ANY,
): Shape {
  switch (macro) {
    case "filter":
    case "sortBy":
      return listShape(count, () => item);
    case "map":
    case "transformList":
    case "transformMap":
      return listShape(count, () => body);
    case "transformMapEntry":
      return listShape(upTo(times(count, body.size)), () => body.element());
    default:
      return plainShape();
  }
}

/** Returns the cost of sorting `n` elements: from n - 1 to n log n comparisons of sort keys. */
export function sortCost(count: Range, key: Shape): Range {
  const compared = range(15, 20 + key.size.max * ACCESS_COST.compared);
  const log = (n: number) => n < 2 ? 0 : n * Math.ceil(Math.log2(n));
  return times(range(count.min < 2 ? 0 : count.min - 1, log(count.max)), compared);
}

/**
 * Reports whether the evaluation of an expression may continue after a part has failed. Logical operators and
 * macros allow this: `a || b` is true when `b` is true, even if `a` fails.
 */
function absorbsFailures(expr: Expr): boolean {
  switch (expr.kind) {
    case "literal":
    case "ident":
      return false;
    case "loop":
      return true;
    case "call":
      return expr.name === "_&&_" || expr.name === "_||_" ||
        [...(expr.target ? [expr.target] : []), ...expr.args].some(absorbsFailures);
    case "select":
    case "has":
      return absorbsFailures(expr.operand);
    case "index":
      return absorbsFailures(expr.operand) || absorbsFailures(expr.index);
    case "list":
      return expr.elements.some(({ value }) => absorbsFailures(value));
    case "map":
      return expr.entries.some(({ key, value }) => absorbsFailures(key) || absorbsFailures(value));
    case "bind":
      return absorbsFailures(expr.init) || absorbsFailures(expr.body);
    case "optMap":
      return absorbsFailures(expr.target) || absorbsFailures(expr.body);
  }
}

/**
 * Returns the argument of a call of `dyn()`, because `dyn()` does not change the value. Returns other
 * expressions unchanged.
 */
function plain(expr: Expr): Expr {
  const [argument] = expr.kind === "call" && expr.name === "dyn" ? expr.args : [];
  return argument === undefined ? expr : plain(argument);
}

/**
 * Returns the shape (the estimated size) of a literal. `parts` contains the shape of each element of a list
 * literal, or of each key and each value of a map literal.
 */
function madeOf(parts: readonly Shape[], size: Range): Shape {
  return shapeOf({
    size,
    element: () => oneOf(parts),
    values: () => parts.reduce((all, part) => all + part.values(), 1),
    characters: () => parts.reduce((all, part) => all + part.characters(), 0),
  });
}

function literalShape(value: Node<"literal">["value"]): Shape {
  const isSized = typeof value === "string" || value instanceof Uint8Array;
  return plainShape(range(isSized ? value.length : 0));
}
