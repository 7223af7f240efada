/** Errors that end a command, and their exit codes. */
import { ApiError } from "../api/mod.ts";

/** Exit codes of every command. */
export const Exit = {
  ok: 0,
  /** An RGD was rejected, or an instance failed or was not ready in time. */
  failed: 1,
  /** The usage is invalid, the input is not readable, or the cluster cannot be reached. */
  usage: 2,
} as const;

/** The arguments are invalid or the input is not readable. The message is one line. */
export class UsageError extends Error {
  /** Always `UsageError`. */
  override readonly name = "UsageError";
}

/** Names of errors that end a command before its first request to the cluster. */
const STARTUP_ERRORS = new Set(["UsageError", "ConfigError", "ListenError"]);

/**
 * Returns the message and the exit code ({@link Exit}) for an error that ended a command. The message of an
 * unexpected error contains its stack.
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
    // Deno's message names the flag: `Requires read access to "x", run again with …`.
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
  const text = error instanceof Error ? error.stack ?? error.message : String(error);
  return { message: `internal error, please report it: ${text}`, code: Exit.failed };
}
