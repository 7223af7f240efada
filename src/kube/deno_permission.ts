/**
 * Replaces Deno's error for a missing permission with an error that names the flag that grants the
 * permission.
 */
import { errorText } from "../api/mod.ts";
import { ConfigError, MissingFileError } from "./errors.ts";
import { readBytes, type ReadLimits } from "./read_file.ts";

/**
 * Runs `action` and returns its result. Throws ConfigError when `action` lacks a permission of Deno.
 *
 * @param doing The action as the error message names it, such as `reading $HOME`.
 * @param flag The flag of Deno that grants the permission.
 */
export function permitted<T>(doing: string, flag: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw permissionError(doing, flag, error);
  }
}

/** The limits of a kubeconfig file, certificate file or token file. */
const LIMITS: ReadLimits = { mib: 16, waitMs: 10_000 };

/**
 * Reads a text file. Rejects with MissingFileError when the file does not exist, and with ConfigError when
 * the file cannot be read for another reason, is larger than 16 MiB, or is a named pipe to which no program
 * writes within 10 s.
 *
 * @param what The role of the file as the error message names it, such as `kubeconfig`.
 */
export async function readFile(path: string, what: string): Promise<string> {
  try {
    return new TextDecoder().decode(await readBytes(path, LIMITS));
  } catch (error) {
    throw fileError(path, what, error);
  }
}

/**
 * Returns the error for a file that could not be read: a MissingFileError when the file does not exist,
 * otherwise a ConfigError. See {@link readFile} for `what`.
 */
function fileError(path: string, what: string, error: unknown): Error {
  if (error instanceof Deno.errors.NotFound) {
    return new MissingFileError(`${path}: no such file (${what})`);
  }
  const denied = permissionError(`${path}: reading the ${what}`, `--allow-read=${path}`, error);
  if (denied !== error) return denied;
  const message = errorText(error);
  return new ConfigError(`${path}: cannot read the ${what}: ${message}`);
}

/**
 * Returns a ConfigError that names `flag` when `error` is Deno's error for a missing permission. Returns
 * any other Error unchanged, and wraps a value that is not an Error in an Error.
 */
export function permissionError(doing: string, flag: string, error: unknown): Error {
  if (error instanceof Deno.errors.NotCapable) {
    return new ConfigError(`${doing}: no permission: run with ${flag}`);
  }
  return error instanceof Error ? error : new Error(String(error));
}
