/** The errors that end a command, and the exit codes. */
import { ApiError } from "../api/mod.ts";

/** The exit codes of all commands. */
export const Exit = {
  ok: 0,
  /** An object does not exist, an RGD was rejected, an instance failed, or was not ready in time. */
  failed: 1,
  /** The command line is invalid, the input cannot be read, or the cluster cannot be reached. */
  usage: 2,
} as const;

/** The error for an invalid command line or for input that cannot be read. The message is a single line. */
export class UsageError extends Error {
  /** The name of the error, which is always `UsageError`. */
  override readonly name = "UsageError";
}

/** The error for an object that a command line names and that does not exist in the cluster. */
export class MissingObject extends Error {
  /** The name of the error, which is always `MissingObject`. */
  override readonly name = "MissingObject";
}

/** Returns the message of the operating system without the error number and the path, which Deno appends. */
export function systemReason({ message }: Error): string {
  return message.replace(/ \(os error \d+\).*$/s, "");
}

/** The names of errors that end a command before its first request to the cluster. */
const STARTUP_ERRORS = new Set(["UsageError", "ConfigError", "ListenError"]);

/**
 * Returns the message and the exit code ({@link Exit}) for an error that ended a command. If the error is
 * unexpected, the message contains the stack.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { describeError, UsageError } from "./mod.ts";
 *
 * const described = describeError(new UsageError("--n must be at least 1"));
 * assert.deepEqual(described, { message: "--n must be at least 1", code: 2 });
 * ```
 */
export function describeError(error: unknown): { message: string; code: number } {
  if (error instanceof Deno.errors.NotCapable) {
    // The error message of Deno already names the missing flag, such as `Requires read access to "x", run
    // again with …`.
    return { message: error.message, code: Exit.usage };
  }
  if (error instanceof ApiError) {
    const connection = error.reason === "Unreachable" || error.reason === "Unauthorized" ||
      error.reason === "Timeout";
    return { message: error.message, code: connection ? Exit.usage : Exit.failed };
  }
  if (error instanceof Error && STARTUP_ERRORS.has(error.name)) {
    return { message: error.message, code: Exit.usage };
  }
  if (error instanceof MissingObject) return { message: error.message, code: Exit.failed };
  const text = error instanceof Error ? error.stack ?? error.message : String(error);
  return { message: `internal error, please report it: ${text}`, code: Exit.failed };
}
