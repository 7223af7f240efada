/** The result of an evaluation as callers of the room see it. */

/** Why an evaluation failed. */
export interface CelFailure {
  /** The kind of failure; callers branch on this, never on {@link message}. */
  code:
    /** The data is not there yet: the caller waits instead of failing. */
    | "pending"
    /** No overload of a function or operator takes these values. */
    | "overload"
    /** Division or modulus by zero. */
    | "division"
    /** A number, timestamp or duration is out of its type's range. */
    | "overflow"
    /** A value cannot be converted, or JSON data contradicts its schema. */
    | "conversion"
    /** A function refuses one of its arguments. */
    | "argument"
    /** The cost budget is used up, or a value is nested too deeply. */
    | "cost"
    /** Any other failure. */
    | "other";
  /**
   * One line that names fields and types but never holds data. For `pending` it begins with cel-go's
   * words, such as `no such key: x`.
   */
  message: string;
  /** UTF-16 offset in the expression; absent when the failing node is unknown. */
  offset?: number;
}

/** The value of an expression, to be converted with {@link fromCel}, or the reason why it has no value. */
export type Evaluation = { ok: true; value: unknown } | { ok: false; failure: CelFailure };
