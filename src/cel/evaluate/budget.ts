/** What an evaluation may cost. */
import { fail } from "../value/error.ts";

/** Steps that one evaluation may take: what the Kubernetes API server grants for one object. */
const DEFAULT_LIMIT = 10_000_000;

/** Counts down while an expression runs. */
export class Budget {
  constructor(private left: number = DEFAULT_LIMIT) {}

  /** Takes steps off; fails when they are used up. */
  charge(steps: number): void {
    this.left -= steps;
    if (this.left < 0) fail("cost", "expression costs too much to evaluate");
  }
}
