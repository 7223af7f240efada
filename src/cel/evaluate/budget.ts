/** What an evaluation may cost. */
import { fail, FAILURE_COST } from "../value/error.ts";

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
  failure: FAILURE_COST,
  /** The same for each level that it comes from. */
  level: 20,
} as const;

/** What a failure from within a tree of some depth costs whatever goes on after it. */
export function failureCost(depth: number): number {
  return COST.failure + depth * COST.level;
}

/** What all evaluations of this process together have cost. */
export interface CelTotals {
  /** How many there were. */
  evaluations: number;
  /** In units of the budget. */
  cost: number;
}

const totals: CelTotals = { evaluations: 0, cost: 0 };

/** The totals so far, for those who watch the process. */
export function celTotals(): Readonly<CelTotals> {
  return totals;
}

/** What the evaluations of one pass share: each has its limit, and so have all together. */
export class PassBudget {
  #left: number;

  /** The limits, {@link COST_LIMITS} by default. */
  constructor(private readonly limits: CostLimits = COST_LIMITS) {
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

  /** Takes off what an evaluation has cost. */
  spend(cost: number): void {
    this.#left = Math.max(0, this.#left - cost);
  }
}

/** Counts down while an expression runs. */
export class Budget {
  readonly #limit: number;
  readonly #pass: PassBudget | undefined;
  #left: number;

  /** For one evaluation, alone or of a pass. */
  constructor(of: number | PassBudget = COST_LIMITS.expression) {
    this.#pass = typeof of === "number" ? undefined : of;
    this.#limit = typeof of === "number" ? of : of.next;
    this.#left = this.#limit;
  }

  /** Adds what was spent to the totals, and takes it off the pass; called once, at the end. */
  close(): void {
    const spent = this.#limit - this.#left;
    totals.evaluations++;
    totals.cost += spent;
    this.#pass?.spend(spent);
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
