/** Turns a missing permission of Deno into an error that names the flag to grant it. */
import { ConfigError, MissingFileError } from "./errors.ts";

/**
 * Returns the result of `action`. Throws ConfigError when it lacks a permission.
 *
 * @param doing the action as the message names it, such as `reading $HOME`
 * @param flag the flag of Deno that grants the permission
 */
export function permitted<T>(doing: string, flag: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw permissionError(doing, flag, error);
  }
}

/**
 * Reads a text file. Rejects with MissingFileError when it does not exist, otherwise with ConfigError.
 *
 * @param what the file's role as the message names it, such as `kubeconfig`
 */
export async function readFile(path: string, what: string): Promise<string> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    throw fileError(path, what, error);
  }
}

/** Returns the ConfigError for a failed read of a file; `what` is the file's role, such as `kubeconfig`. */
export function fileError(path: string, what: string, error: unknown): Error {
  if (error instanceof Deno.errors.NotFound || codeOf(error) === "ENOENT") {
    return new MissingFileError(`${path}: no such file (${what})`);
  }
  const denied = permissionError(`${path}: reading the ${what}`, `--allow-read=${path}`, error);
  if (denied !== error) return denied;
  const message = error instanceof Error ? error.message : String(error);
  return new ConfigError(`${path}: cannot read the ${what}: ${message}`);
}

/** Returns a ConfigError that names `flag` when `error` is a missing permission, else the error itself. */
export function permissionError(doing: string, flag: string, error: unknown): Error {
  if (error instanceof Deno.errors.NotCapable) {
    return new ConfigError(`${doing}: no permission: run with ${flag}`);
  }
  return error instanceof Error ? error : new Error(String(error));
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && "code" in error ? error.code : undefined;
}
