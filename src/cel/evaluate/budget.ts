/** Limits the cost of evaluating expressions. */
import { fail } from "../value/error.ts";
import { ACCESS_COST, type Meter } from "../value/meter.ts";

/** The cost limits of evaluations, in units of about ten nanoseconds. */
export interface CostLimits {
  /** The cost limit of one evaluation of an expression. */
  readonly expression: number;
  /** The cost limit of all evaluations in one pass, which is one reconciliation of one instance. */
  readonly pass: number;
}

/**
 * The default cost limits: about 0.1 s for one evaluation, and 1 s for one pass over an instance. The limit
 * of one evaluation is the same number that the Kubernetes API server allows for the validation rules of one
 * object.
 */
export const COST_LIMITS: CostLimits = { expression: 10_000_000, pass: 100_000_000 };

/**
 * The costs of the evaluator's operations, in units of about ten nanoseconds. A step of a loop is expensive,
 * because it includes calling a closure, converting the element, and garbage collection.
 */
export const COST = {
  /** The cost of one step of a loop, without the loop's condition and body. */
  step: 40,
  /**
   * The cost of calling an operator or a constant-time function, without the cost of visiting the operands.
   */
  call: 12,
  /** The cost of calling a library function, without the cost of visiting the arguments. */
  function: 100,
  /** The cost of creating a value of a library type, such as a quantity, which is parsed from a string. */
  parsed: 400,
  /** The cost of creating a list or map literal, without its elements. */
  container: 60,
  /** The cost of adding an entry to a map literal, or to a map that a macro creates. */
  entry: 30,
  /** The cost of one element of a list literal, or of one element that an operator visits. */
  element: 3,
  /** The cost of visiting one element of a list or map that is passed to a library function. */
  visitedElement: 10,
  /**
   * The cost of a failure that the evaluator catches, because another operand or element may still decide
   * the result.
   */
  failure: ACCESS_COST.failure,
  /**
   * The additional cost of a caught failure, for each level of the syntax tree that the failure was thrown
   * through.
   */
  level: 20,
} as const;

/** Returns the cost of catching a failure that was thrown from a subtree of this depth. */
export function failureCost(depth: number): number {
  return COST.failure + depth * COST.level;
}

/** The totals of all evaluations, for metrics. */
export interface CelTotals {
  /** The number of evaluations. */
  evaluations: number;
  /** The cost of all evaluations, in units of the cost budget (about ten nanoseconds). */
  cost: number;
}

/**
 * The cost budget of one pass, which is one reconciliation of one instance. Each evaluation in the pass has a
 * limit, and all evaluations of the pass together have another limit.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { compile, PassBudget } from "../mod.ts";
 *
 * const budget = new PassBudget({ expression: 1_000, pass: 5_000 });
 * const compiled = compile("lists.range(100).all(x, x >= 0)", { variables: {} });
 * assert.ok(compiled.ok);
 * const result = compiled.program.evaluate({}, budget);
 * assert.ok(!result.ok && result.failure.code === "cost");
 * ```
 */
export class PassBudget {
  #left: number;

  /**
   * Creates a budget from which nothing is spent yet.
   *
   * @param limits The cost limits; {@link COST_LIMITS} by default.
   * @param totals The totals to which every evaluation is added. Several budgets may share the same totals.
   */
  constructor(
    private readonly limits: CostLimits = COST_LIMITS,
    private readonly totals?: CelTotals,
  ) {
    this.#left = limits.pass;
  }

  /** The cost limit of the next evaluation, in units of the budget. */
  get next(): number {
    return Math.min(this.limits.expression, this.#left);
  }

  /**
   * Whether the remaining budget of the pass is less than the limit of one evaluation. If true, the remaining
   * budget is the limit of the next evaluation.
   */
  get isShort(): boolean {
    return this.#left < this.limits.expression;
  }

  /**
   * Subtracts the cost of an evaluation that has ended from the budget of the pass, and adds the evaluation
   * to the totals.
   */
  spend(cost: number): void {
    this.#left = Math.max(0, this.#left - cost);
    if (!this.totals) return;
    this.totals.evaluations++;
    this.totals.cost += cost;
  }
}

/** The cost budget of one running evaluation. */
export class Budget implements Meter {
  readonly #limit: number;
  readonly #pass: PassBudget | undefined;
  #left: number;

  /**
   * Creates the budget of an evaluation.
   *
   * @param of The limit of this evaluation in units of the budget, or the budget of the pass that the
   * evaluation belongs to.
   */
  constructor(of: number | PassBudget = COST_LIMITS.expression) {
    this.#pass = typeof of === "number" ? undefined : of;
    this.#limit = typeof of === "number" ? of : of.next;
    this.#left = this.#limit;
  }

  /**
   * Subtracts the cost of this evaluation from the budget of the pass. Called once, when the evaluation
   * ends.
   */
  close(): void {
    this.#pass?.spend(this.#limit - this.#left);
  }

  /**
   * Subtracts a cost, rounded up to a whole number, from the budget. Throws a CelError with code `cost` when
   * the budget is exceeded.
   */
  charge(cost: number): void {
    this.#left -= Math.ceil(cost);
    if (this.#left >= 0) return;
    fail(
      "cost",
      this.#pass?.isShort
        ? "the expressions of this pass together cost too much to evaluate"
        : "expression costs too much to evaluate",
    );
  }
}
