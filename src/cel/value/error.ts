/** How evaluation fails: thrown inside the room, a failure outside. */
import type { CelFailure } from "../types.ts";
import { pay } from "./work.ts";

/**
 * A failed evaluation. The text holds names of fields and types, never data. No `Error`, whose stack
 * would cost a thousand times what the failure itself does: loops may fail at each step and go on.
 */
export class CelError {
  /** Where in the expression, once whoever caught it has said so. */
  offset: number | undefined;

  constructor(readonly code: CelFailure["code"], readonly message: string) {}
}

/** Data that contradicts its schema. */
export class DataError extends CelError {}

/** What throwing a failure costs when something goes on after it, in the budget's units. */
export const FAILURE_COST = 1_000;

/** A value, or the failure that keeps it from being one; not that there is no budget left, which ends all. */
export function attempt<T>(run: () => T): T | CelError {
  try {
    return run();
  } catch (error) {
    if (!(error instanceof CelError) || error.code === "cost") throw error;
    pay(FAILURE_COST);
    return error;
  }
}

/** A value that is looked at now: throws the failure that keeps it from being one. */
export function read<T>(value: T | CelError): T {
  if (value instanceof CelError) throw value;
  return value;
}

/** Throws a failure. */
export function fail(code: CelFailure["code"], message: string): never {
  throw new CelError(code, message);
}

/** Throws because no overload takes the values. */
export function noOverload(operation?: string): never {
  fail("overload", operation === undefined ? "no such overload" : `no such overload: ${operation}`);
}

/** Throws because data is not there yet. The key is named only when the expression itself names it. */
export function noSuchKey(key?: string): never {
  fail("pending", key === undefined ? "no such key" : `no such key: ${key}`);
}

/** What a caller gets to see of anything thrown while evaluating, at `at` unless it says otherwise. */
export function failureOf(error: unknown, at?: number): CelFailure {
  if (error instanceof CelError) {
    const { code, message, offset = at } = error;
    return { code, message, ...(offset === undefined ? {} : { offset }) };
  }
  // The engine's own recursion is bounded, but data may nest deeper than the stack.
  if (error instanceof RangeError) return { code: "cost", message: "value is nested too deeply" };
  throw error;
}
