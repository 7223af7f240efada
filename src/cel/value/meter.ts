/** The interface with which functions charge their work to the cost budget of a running evaluation. */

/**
 * Charges work to the cost budget of an evaluation. Functions that charge for work take a meter as their
 * last parameter.
 */
export interface Meter {
  /**
   * Subtracts a cost from the budget, in units of the budget. Throws a CelError with code `cost` when the
   * budget is exceeded.
   */
  charge(cost: number): void;
}

/** A meter that charges nothing, for work outside of an evaluation, such as converting a result to JSON. */
export const UNMETERED: Meter = { charge() {} };

/** The costs of accessing parts of values, in units of the cost budget (about ten nanoseconds). */
export const ACCESS_COST = {
  /** The cost of reading an element or entry that needs no conversion. */
  read: 3,
  /** The cost of reading an element or entry that is converted from JSON. */
  converted: 15,
  /** The cost of reading a JSON array or object, for which a ListValue or JsonMap is created. */
  wrapped: 40,
  /**
   * The cost of counting or listing one field of a JSON object. All fields are listed when the first one is
   * requested.
   */
  counted: 35,
  /**
   * The cost of comparing one character or byte. Comparing two values costs this for each character or byte
   * of the shorter value.
   */
  compared: 0.2,
  /** The cost of hashing one character of a key that is looked up. */
  hashed: 0.2,
  /** The cost of setting one entry of a map. */
  entry: 180,
  /** The cost of an error that is caught within the evaluation, as by `||` in `x.y || true`. */
  failure: 1_000,
} as const;
