/** Missing permissions of the runtime, told as the flag that grants them. */
import { ConfigError, MissingFileError } from "./errors.ts";

/** Runs `action`; a missing permission becomes a ConfigError that names `flag`. */
export function permitted<T>(doing: string, flag: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw named(doing, flag, error);
  }
}

/** Reads a text file; errors name it. */
export async function readFile(path: string, what: string): Promise<string> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    throw fileError(path, what, error);
  }
}

/** What a failed read of `path` means to the user. */
export function fileError(path: string, what: string, error: unknown): Error {
  if (error instanceof Deno.errors.NotFound || codeOf(error) === "ENOENT") {
    return new MissingFileError(`${path}: no such file (${what})`);
  }
  const denied = named(`${path}: reading the ${what}`, `--allow-read=${path}`, error);
  if (denied !== error) return denied;
  const message = error instanceof Error ? error.message : String(error);
  return new ConfigError(`${path}: cannot read the ${what}: ${message}`);
}

/** The error as ConfigError when a permission is missing, else as it is. */
export function named(doing: string, flag: string, error: unknown): Error {
  if (error instanceof Deno.errors.NotCapable) {
    return new ConfigError(`${doing}: no permission: run with ${flag}`);
  }
  return error instanceof Error ? error : new Error(String(error));
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && "code" in error ? error.code : undefined;
}
