/** What an evaluation may cost. */
import { fail } from "../value/error.ts";
import { ACCESS_COST, type Meter } from "../value/meter.ts";

/** What evaluations may cost, in units of about ten nanoseconds. */
export interface CostLimits {
  /** One evaluation. */
  readonly expression: number;
  /** All evaluations of a pass together. */
  readonly pass: number;
}

/** For one evaluation as much as the Kubernetes API server grants for one object. */
export const COST_LIMITS: CostLimits = { expression: 10_000_000, pass: 100_000_000 };

/**
 * What things cost. A unit is about ten nanoseconds, so that an expression that uses up the default
 * stops within a tenth of a second; a loop's step is dear because a closure, a conversion of its
 * element and garbage belong to it.
 */
export const COST = {
  /** A step of a loop, without what happens in it. */
  step: 40,
  /** An operator or a function that just looks, without what its operands' size adds. */
  call: 12,
  /** A function of a library that makes something, without what its arguments' size adds. */
  function: 100,
  /** A value of a library's own type, such as a quantity: making one takes parsing. */
  parsed: 400,
  /** A list or map, without its elements. */
  container: 60,
  /** An entry of a map that is made. */
  entry: 30,
  /** An element of a list that is made, or of a list or map that is walked. */
  element: 3,
  /** An element of a list that a function, not an operator, walks. */
  sortedElement: 10,
  /** A failure that another operand or element may make irrelevant. */
  failure: ACCESS_COST.failure,
  /** The same for each level that it comes from. */
  level: 20,
} as const;

/** What a failure from within a tree of some depth costs whatever goes on after it. */
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

/** What the evaluations of one pass share: each has its limit, and so have all together. */
export class PassBudget {
  #left: number;

  /**
   * A full budget within these limits. Every evaluation is added to `totals`, if given, which many
   * budgets may share.
   */
  constructor(
    private readonly limits: CostLimits = COST_LIMITS,
    private readonly totals?: CelTotals,
  ) {
    this.#left = limits.pass;
  }

  /** What the next evaluation may cost. */
  get next(): number {
    return Math.min(this.limits.expression, this.#left);
  }

  /** True when the next evaluation may cost less than one may otherwise. */
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

/** Counts down while an expression runs. */
export class Budget implements Meter {
  readonly #limit: number;
  readonly #pass: PassBudget | undefined;
  #left: number;

  /** For one evaluation, alone or of a pass. */
  constructor(of: number | PassBudget = COST_LIMITS.expression) {
    this.#pass = typeof of === "number" ? undefined : of;
    this.#limit = typeof of === "number" ? of : of.next;
    this.#left = this.#limit;
  }

  /** Takes what was spent off the pass. Called once, when the evaluation ends. */
  close(): void {
    this.#pass?.spend(this.#limit - this.#left);
  }

  /** Takes off a cost; fails when there is not enough left. */
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
