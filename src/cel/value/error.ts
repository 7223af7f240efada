/** How evaluation fails: a {@link CelError} is thrown inside the room and becomes a failure outside. */
import type { CelFailure } from "../failure.ts";
import { ACCESS_COST, type Meter } from "./meter.ts";

/**
 * A failed evaluation. The message holds names of fields and types, never data. It is not an `Error`:
 * a loop may fail at every step and go on, and capturing a stack takes a thousand times as long.
 */
export class CelError {
  /** UTF-16 offset of the failing node, set by the first node that catches the error. */
  offset: number | undefined;

  /** `message` is one line without data; {@link CelFailure} lists the codes. */
  constructor(readonly code: CelFailure["code"], readonly message: string) {}
}

/** Data that contradicts its schema. */
export class DataError extends CelError {}

/**
 * The result of `run`, or the CelError that it threw, charged as a failure. An exhausted budget is
 * rethrown: it ends the whole evaluation.
 */
export function attempt<T>(run: () => T, meter: Meter): T | CelError {
  try {
    return run();
  } catch (error) {
    if (!(error instanceof CelError) || error.code === "cost") throw error;
    meter.charge(ACCESS_COST.failure);
    return error;
  }
}

/** The value, unless it is a failure kept in its place: that is thrown. */
export function read<T>(value: T | CelError): T {
  if (value instanceof CelError) throw value;
  return value;
}

/** Throws a CelError. */
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

/**
 * The failure that a caller sees for anything thrown while evaluating. `at` is the offset of errors
 * that have none. Faults of the program itself are rethrown.
 */
export function failureOf(error: unknown, at?: number): CelFailure {
  if (error instanceof CelError) {
    const { code, message, offset = at } = error;
    return { code, message, ...(offset === undefined ? {} : { offset }) };
  }
  // Expressions nest at most 250 levels, but JSON data may nest deeper than the stack allows.
  if (error instanceof RangeError) return { code: "cost", message: "value is nested too deeply" };
  throw error;
}
