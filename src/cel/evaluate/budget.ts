/** What an evaluation may cost. */
import { fail } from "../value/error.ts";

/** What one evaluation may cost: as much as the Kubernetes API server grants for one object. */
const DEFAULT_LIMIT = 10_000_000;

/**
 * What things cost. A unit is about ten nanoseconds, so that an expression that uses up the default
 * stops within a tenth of a second; a loop's step is dear because a closure, a conversion of its
 * element and garbage belong to it.
 */
export const COST = {
  /** A step of a loop, without what happens in it. */
  step: 40,
  /** An operator or a function that just looks, without what its operands' size adds. */
  call: 8,
  /** A function of a library that makes something, without what its arguments' size adds. */
  function: 100,
  /** A value of a library's own type, such as a quantity: making one takes parsing. */
  parsed: 400,
  /** A list or map, without its elements. */
  container: 30,
  /** An entry of a map that is made. */
  entry: 30,
  /** An element of a list that is made, or of a list or map that is walked. */
  element: 3,
  /** An element of a list that a function, not an operator, walks. */
  sortedElement: 10,
  /** A failure that another operand or element makes irrelevant. */
  failure: 1_500,
} as const;

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

/** Counts down while an expression runs. */
export class Budget {
  readonly #limit: number;

  constructor(private left: number = DEFAULT_LIMIT) {
    this.#limit = left;
  }

  /** Adds what was spent to the totals; called once, at the end. */
  close(): void {
    totals.evaluations++;
    totals.cost += this.#limit - this.left;
  }

  /** Takes off a cost; fails when there is not enough left. */
  charge(cost: number): void {
    this.left -= cost;
    if (this.left < 0) fail("cost", "expression costs too much to evaluate");
  }
}
