/** The cost budget of evaluations. */
import { fail } from "../value/error.ts";
import { ACCESS_COST, type Meter } from "../value/meter.ts";

/** The cost limits of evaluations, in units of about ten nanoseconds. */
export interface CostLimits {
  /** The limit of one evaluation. */
  readonly expression: number;
  /** The limit of all evaluations of one pass over an instance together. */
  readonly pass: number;
}

/**
 * The default limits: about 0.1 s for one evaluation and 1 s for a pass. The limit of an evaluation is
 * the number that the Kubernetes API server grants the validation rules of one object.
 */
export const COST_LIMITS: CostLimits = { expression: 10_000_000, pass: 100_000_000 };

/**
 * The costs of the evaluator's operations, in units of about ten nanoseconds. The step of a loop is
 * expensive because it includes a closure call, the conversion of its element and garbage collection.
 */
export const COST = {
  /** A step of a loop, without its condition and body. */
  step: 40,
  /** An operator or a constant-time function, without the walk through its operands. */
  call: 12,
  /** A library function, without the walk through its arguments. */
  function: 100,
  /** A result of a library's own type, such as a quantity, which is parsed from text. */
  parsed: 400,
  /** A list or map literal, without its elements. */
  container: 60,
  /** An entry of a map literal or of a map that a macro builds. */
  entry: 30,
  /** An element of a list literal, or of a list or map that an operator walks. */
  element: 3,
  /** An element of a list or map that a function walks. */
  sortedElement: 10,
  /** A failure that is caught because another operand or element may decide the result. */
  failure: ACCESS_COST.failure,
  /** The same, for each level of the tree that it was thrown through. */
  level: 20,
} as const;

/** The cost of catching a failure from a tree of this depth. */
export function failureCost(depth: number): number {
  return COST.failure + depth * COST.level;
}

/** Running totals of evaluations, for metrics. */
export interface CelTotals {
  /** The number of evaluations. */
  evaluations: number;
  /** Their cost, in units of the budget. */
  cost: number;
}

/**
 * The budget that the evaluations of one pass share: each has a limit of its own, and all together have
 * one.
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
   * Creates a full budget.
   *
   * @param limits The limits; {@link COST_LIMITS} by default.
   * @param totals Counts every evaluation; many budgets may share one object.
   */
  constructor(
    private readonly limits: CostLimits = COST_LIMITS,
    private readonly totals?: CelTotals,
  ) {
    this.#left = limits.pass;
  }

  /** The limit of the next evaluation, in units. */
  get next(): number {
    return Math.min(this.limits.expression, this.#left);
  }

  /** Whether the next evaluation is limited by the rest of the pass rather than by its own limit. */
  get isShort(): boolean {
    return this.#left < this.limits.expression;
  }

  /** Accounts for one evaluation that has ended. */
  spend(cost: number): void {
    this.#left = Math.max(0, this.#left - cost);
    if (!this.totals) return;
    this.totals.evaluations++;
    this.totals.cost += cost;
  }
}

/** The budget of one running evaluation. */
export class Budget implements Meter {
  readonly #limit: number;
  readonly #pass: PassBudget | undefined;
  #left: number;

  /**
   * Creates the budget of an evaluation.
   *
   * @param of The limit in units, or the budget of the pass that the evaluation belongs to.
   */
  constructor(of: number | PassBudget = COST_LIMITS.expression) {
    this.#pass = typeof of === "number" ? undefined : of;
    this.#limit = typeof of === "number" ? of : of.next;
    this.#left = this.#limit;
  }

  /** Takes what was spent off the pass. Called once, when the evaluation ends. */
  close(): void {
    this.#pass?.spend(this.#limit - this.#left);
  }

  /** Takes off a cost. Throws a CelError with code `cost` when the budget is exceeded. */
  charge(cost: number): void {
    this.#left -= cost;
    if (this.#left >= 0) return;
    fail(
      "cost",
      this.#pass?.isShort
        ? "the expressions of this pass together cost too much to evaluate"
        : "expression costs too much to evaluate",
    );
  }
}
