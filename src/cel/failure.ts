/** The result of an evaluation, as code outside of `src/cel` sees it. */

/** The reason why an evaluation failed. */
export interface CelFailure {
  /** The category of the failure. Callers branch on the code and never on {@link message}. */
  code:
    /**
     * The data that the expression reads does not exist yet. The caller waits for the data instead of
     * reporting an error.
     */
    | "pending"
    /** No overload of a function or operator accepts the types of the values. */
    | "overload"
    /** A division or modulus by zero. */
    | "division"
    /** A number, timestamp or duration is outside of the range of its type. */
    | "overflow"
    /** A value cannot be converted, or JSON data contradicts its schema. */
    | "conversion"
    /** A function rejects one of its arguments. */
    | "argument"
    /** The cost budget is exceeded, or a value is nested too deeply. */
    | "cost"
    /** Any other failure. */
    | "other";
  /**
   * The message in one line. The message contains names of fields and types but never user data. For the
   * code `pending`, the message begins with the same words as cel-go's message, such as `no such key: x`.
   */
  message: string;
  /**
   * The path of the missing value, such as `schema.spec.a["b"][0]`; present only if the expression selects
   * the value by names and literal indexes.
   */
  missing?: string;
  /**
   * The position of the failure in the expression, as an offset in UTF-16 units; absent when the position is
   * unknown.
   */
  offset?: number;
}

/**
 * The result of evaluating an expression: a value, to be converted with {@link fromCel}, or the reason why
 * the evaluation failed.
 */
export type Evaluation = { ok: true; value: unknown } | { ok: false; failure: CelFailure };
