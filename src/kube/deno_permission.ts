/** Turns Deno's missing permissions into errors that name the flag which grants them. */
import { ConfigError, MissingFileError } from "./errors.ts";

/** Runs `action`. A missing permission becomes a ConfigError that names `flag`. */
export function permitted<T>(doing: string, flag: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw permissionError(doing, flag, error);
  }
}

/** Reads a text file. Throws ConfigError, MissingFileError when it does not exist. */
export async function readFile(path: string, what: string): Promise<string> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    throw fileError(path, what, error);
  }
}

/** The error for a failed read of `path`, which is a `what`. */
export function fileError(path: string, what: string, error: unknown): Error {
  if (error instanceof Deno.errors.NotFound || codeOf(error) === "ENOENT") {
    return new MissingFileError(`${path}: no such file (${what})`);
  }
  const denied = permissionError(`${path}: reading the ${what}`, `--allow-read=${path}`, error);
  if (denied !== error) return denied;
  const message = error instanceof Error ? error.message : String(error);
  return new ConfigError(`${path}: cannot read the ${what}: ${message}`);
}

/** A ConfigError when `error` is a missing permission, else the error itself. */
export function permissionError(doing: string, flag: string, error: unknown): Error {
  if (error instanceof Deno.errors.NotCapable) {
    return new ConfigError(`${doing}: no permission: run with ${flag}`);
  }
  return error instanceof Error ? error : new Error(String(error));
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && "code" in error ? error.code : undefined;
}
