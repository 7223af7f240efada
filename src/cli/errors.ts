/** Errors that end a command, and their exit codes. */
import { ApiError } from "../api/mod.ts";

/** Exit codes of every command. */
export const Exit = {
  ok: 0,
  /** A rejected RGD, or an instance that failed or is not ready in time. */
  failed: 1,
  /** Invalid usage, unreadable input, or no connection. */
  usage: 2,
} as const;

/** Invalid arguments or unreadable input. The message is one line. */
export class UsageError extends Error {
  /** Always `UsageError`. */
  override readonly name = "UsageError";
}

/** Names of errors that end a command before it did anything. */
const STARTUP_ERRORS = new Set(["UsageError", "ConfigError", "ListenError"]);

/** The message and the exit code for an error that ended a command. */
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
