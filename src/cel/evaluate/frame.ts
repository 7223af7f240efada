/** The state of one running evaluation. */
import { CelError } from "../value/error.ts";
import type { Value } from "../value/values.ts";
import type { Budget } from "./budget.ts";

/** The compiled form of a syntax tree node: a function that returns the value of the node. */
export type Step = (frame: Frame) => Value;

/** The state of one evaluation: the macro variables, the position in the expression, and the cost budget. */
export class Frame {
  /**
   * The values of macro variables. The compiler assigns an index of this array, the slot, to each variable.
   * If an element of a list cannot be read, the slot contains a CelError, which is thrown when the variable
   * is read.
   */
  readonly locals: (Value | CelError | undefined)[] = [];
  /**
   * The position of the node that is being computed, as an offset in UTF-16 units. Each node sets the
   * position after it has evaluated its operands.
   */
  at = 0;

  /** Creates the state at the start of an evaluation, in which no macro variable is set. */
  constructor(
    /** Returns the value of a variable of the expression; undefined when the variable does not exist. */
    readonly variable: (name: string) => Value | undefined,
    readonly budget: Budget,
  ) {}

  /**
   * Charges for an error that a node catches in order to continue the evaluation, as `||` does for `a` in
   * `a || b`. Two kinds of errors are thrown again: the error for an exceeded budget, and errors that are not
   * caused by the expression or its data.
   *
   * @param offset The position of the node that catches the error.
   */
  caught(error: unknown, offset: number, cost: number): CelError {
    if (!(error instanceof CelError)) throw error;
    error.offset ??= this.at;
    if (error.code === "cost") throw error;
    this.at = offset;
    this.budget.charge(cost);
    return error;
  }
}
