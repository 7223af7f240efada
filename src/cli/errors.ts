/** Errors that end a command with one line, and the exit codes that they stand for. */
import { ApiError } from "../api/mod.ts";

/** Exit codes of every command. */
export const Exit = {
  ok: 0,
  /** The cluster did not get there: a rejected graph, a failed or unconverged instance. */
  failed: 1,
  /** Wrong usage, unreadable input, or no connection. */
  usage: 2,
} as const;

/** Wrong arguments or unreadable input; its message is one line. */
export class UsageError extends Error {
  /** Always `UsageError`. */
  override readonly name = "UsageError";
}

/** Errors of other rooms that mean: this command could not even start. */
const STARTUP_ERRORS = new Set(["UsageError", "ConfigError", "ListenError"]);

/** The line for people and the exit code of an error that ended a command. */
export function describeError(error: unknown): { message: string; code: number } {
  if (error instanceof Deno.errors.NotCapable) {
    // Deno's text names the access and the flag: `Requires read access to "x", run again with …`.
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
