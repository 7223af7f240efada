/** What a running expression has at hand. */
import { CelError } from "../value/error.ts";
import type { Value } from "../value/values.ts";
import type { Budget } from "./budget.ts";

/** A compiled node. */
export type Step = (frame: Frame) => Value;

/** See the file's first line. */
export class Frame {
  /** Variables of macros, each in a slot of its own; one that cannot be read holds why. */
  readonly locals: (Value | CelError | undefined)[] = [];
  /** Where the node stands that is at work: each says so when its operands are there. */
  at = 0;

  constructor(
    /** The value of a free identifier. */
    readonly variable: (name: string) => Value | undefined,
    readonly budget: Budget,
  ) {}

  /** A failure that the node at an offset goes on after, at a cost. Anything else ends everything. */
  caught(error: unknown, offset: number, cost: number): CelError {
    if (!(error instanceof CelError)) throw error;
    error.offset ??= this.at;
    if (error.code === "cost") throw error;
    this.at = offset;
    this.budget.charge(cost);
    return error;
  }
}
