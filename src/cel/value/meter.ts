/** How work on values is charged to the evaluation that does it. */

/** Charges work to an evaluation's cost budget. Functions that need one take it as last parameter. */
export interface Meter {
  /** Takes a cost off the budget, in its units; throws a CelError with code `cost` when it is used up. */
  charge(cost: number): void;
}

/** For work on values outside an evaluation, such as converting a result to JSON. */
export const UNMETERED: Meter = { charge() {} };

/** The costs of accessing parts of values, in the budget's units. */
export const ACCESS_COST = {
  /** Reading an element or entry that is a value already. */
  read: 3,
  /** Reading an element or entry that is converted from JSON. */
  converted: 15,
  /** Counting one field of a JSON object. */
  counted: 25,
  /** Setting an entry of a map. */
  entry: 180,
  /** Throwing a failure after which the evaluation goes on. */
  failure: 1_000,
} as const;
