/** What walking through values takes is charged to the evaluation that walks. */

/** Pays for work, or fails. */
export interface Payer {
  /** Takes off a cost, in the budget's units. */
  charge(cost: number): void;
}

/** Evaluations run one at a time, from start to end. */
let payer: Payer | undefined;

/** Runs what is to be charged. */
export function paidBy<T>(by: Payer, run: () => T): T {
  const before = payer;
  payer = by;
  try {
    return run();
  } finally {
    payer = before;
  }
}

/** Charges for work; nobody pays for it outside an evaluation. */
export function pay(cost: number): void {
  payer?.charge(cost);
}
