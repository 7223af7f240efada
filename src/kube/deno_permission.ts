/**
 * Replaces Deno's error for a missing permission with an error that names the flag that grants the
 * permission.
 */
import { errorText } from "../api/mod.ts";
import { readAtMost } from "./body.ts";
import { ConfigError, MissingFileError } from "./errors.ts";

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

/** The maximum size of a kubeconfig file, certificate file or token file, in bytes. */
const LARGEST_FILE = 16 * 2 ** 20;

/**
 * Reads a text file. Rejects with MissingFileError when the file does not exist, and with ConfigError when
 * the file cannot be read for another reason, or is larger than 16 MiB. A device such as `/dev/zero` has no
 * end.
 *
 * @param what The role of the file as the error message names it, such as `kubeconfig`.
 */
export async function readFile(path: string, what: string): Promise<string> {
  try {
    using file = await Deno.open(path);
    const bytes = await readAtMost(LARGEST_FILE, file.readable);
    if (bytes) return new TextDecoder().decode(bytes);
  } catch (error) {
    throw fileError(path, what, error);
  }
  throw new ConfigError(`${path}: cannot read the ${what}: larger than 16 MiB`);
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
