/**
 * The errors of evaluations. A {@link CelError} is thrown only inside of `src/cel`. Code outside of `src/cel`
 * receives a `CelFailure` instead.
 */
import { shortened } from "../../api/mod.ts";
import type { CelFailure } from "../failure.ts";
import { ACCESS_COST, type Meter } from "./meter.ts";

/**
 * The error for a failed evaluation. Its message contains names of fields and types but never user data. The
 * class does not extend `Error`, because capturing a stack takes a thousand times as long, and a loop may
 * fail at every step.
 */
export class CelError {
  /**
   * The position of the failing node, as an offset in UTF-16 units. The first node that catches the error
   * sets the position.
   */
  offset: number | undefined;

  /**
   * Creates an error. {@link CelFailure} lists the codes.
   *
   * @param message The message in one line, without user data.
   * @param missing See {@link CelFailure.missing}.
   */
  constructor(
    readonly code: CelFailure["code"],
    readonly message: string,
    readonly missing?: string,
  ) {}
}

/** The error for data that contradicts its schema. */
export class DataError extends CelError {}

/**
 * Calls `run` and returns its result, or the CelError that it threw. The meter charges for the failure. An
 * error with code `cost` is not returned but thrown again, because an exceeded budget ends the whole
 * evaluation.
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

/** Returns a stored value. If a CelError was stored in place of the value, throws the CelError. */
export function read<T>(value: T | CelError): T {
  if (value instanceof CelError) throw value;
  return value;
}

/** Throws a CelError with the given code and message. */
export function fail(code: CelFailure["code"], message: string): never {
  throw new CelError(code, message);
}

/** Throws a CelError because no overload accepts the types of the values. */
export function noOverload(operation?: string): never {
  fail("overload", operation === undefined ? "no such overload" : `no such overload: ${operation}`);
}

/**
 * Throws a CelError with code `pending`, because the data does not exist yet. Without `key`, the message does
 * not name the key, because a key that the expression has computed may be user data.
 *
 * @param path See {@link CelFailure.missing}.
 */
export function noSuchKey(key?: string, path?: string): never {
  throw new CelError("pending", key === undefined ? "no such key" : `no such key: ${key}`, path);
}

/**
 * Converts a value that was thrown during an evaluation to a failure for the caller. An error that is not
 * caused by the expression or its data is thrown again.
 *
 * @param at The position of the failure, for errors that have no position of their own.
 */
export function failureOf(error: unknown, at?: number): CelFailure {
  if (error instanceof CelError) {
    const { code, message, missing, offset = at } = error;
    return {
      code,
      message: shortened(message),
      ...(missing === undefined ? {} : { missing }),
      ...(offset === undefined ? {} : { offset }),
    };
  }
  // A RangeError means that the stack has overflowed. This happens only for deeply nested JSON data, because
  // an expression has at most 250 levels of nesting.
  if (error instanceof RangeError) return { code: "cost", message: "value is nested too deeply" };
  throw error;
}
