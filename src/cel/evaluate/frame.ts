/** The state of a running evaluation. */
import { CelError } from "../value/error.ts";
import type { Value } from "../value/values.ts";
import type { Budget } from "./budget.ts";

/** A compiled node of the syntax tree. */
export type Step = (frame: Frame) => Value;

/** The state of one evaluation: macro variables, the position in the expression, and the budget. */
export class Frame {
  /** Macro variables by slot; a CelError in place of an element that cannot be read. */
  readonly locals: (Value | CelError | undefined)[] = [];
  /** UTF-16 offset of the node that is computing; each node sets it after evaluating its operands. */
  at = 0;

  /** The state before the first node: no macro variable is set, and the offset is 0. */
  constructor(
    /** The value of a free identifier; undefined when no variable has that name. */
    readonly variable: (name: string) => Value | undefined,
    readonly budget: Budget,
  ) {}

  /**
   * Accounts for an error that the node at `offset` catches in order to go on. Rethrows errors that are
   * not failures of the expression, and an exceeded budget.
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
