/**
 * Writes files as a whole: a command that is interrupted leaves the old content or the new content. The functions
 * are synchronous, so a signal that `onInterrupt` handles does not interrupt them.
 */
import { systemReason, UsageError } from "./errors.ts";

/**
 * A part of the name of a partial file that differs between processes. The process id is not enough: each container
 * numbers its processes from 1, and a process that was killed may have left its partial file.
 */
const UNIQUE = crypto.randomUUID().slice(0, 8);

/** Returns the path of the file that {@link writeFile} renames to `path`. */
export function partialPath(path: string): string {
  return `${path}.${UNIQUE}.partial`;
}

/**
 * Writes a text to a file. The text is first written to {@link partialPath}, which is then renamed, so that an
 * error leaves the old content. Writes directly to a device such as /dev/stdout, and to a file in a folder where
 * kro may create no file.
 *
 * @param mode The permissions of the file. When absent, an existing file keeps its permissions.
 */
export function writeFile(path: string, text: string, mode?: number): void {
  const info = statOf(path);
  const isDevice = info !== undefined && !info.isFile;
  // A symbolic link stays a link.
  const target = info?.isFile ? Deno.realPathSync(path) : path;
  if (!isDevice && replaceFile(target, text, mode ?? info?.mode ?? undefined)) return;
  if (info?.isFile && mode !== undefined) setMode(target, mode);
  Deno.writeTextFileSync(target, text, { mode });
}

/**
 * Writes a file that only its owner may read, because the file may contain secret values. Throws UsageError
 * when the write fails.
 *
 * @param what The content of the file as the error names it, such as `plan`.
 */
export function writePrivate(path: string, what: string, text: string): void {
  try {
    writeFile(path, text, 0o600);
  } catch (cause) {
    throw writeError(path, what, cause as Error);
  }
}

/**
 * Checks that {@link writePrivate} may write to the path, so that a command fails before its work. Does not
 * change an existing file, and leaves no new file behind. Throws UsageError when the path cannot be written.
 *
 * @param what The content of the file as the error names it, such as `plan`.
 */
export function checkWritable(path: string, what: string): void {
  try {
    const info = statOf(path);
    // Opening a named pipe would wait for a reader.
    if (info && !info.isFile && !info.isDirectory) return;
    const mode = info ? { append: true } : { write: true, createNew: true, mode: 0o600 };
    Deno.openSync(path, mode).close();
    if (!info) Deno.removeSync(path);
  } catch (cause) {
    throw writeError(path, what, cause as Error);
  }
}

function writeError(path: string, what: string, cause: Error): UsageError {
  const reason = cause instanceof Deno.errors.NotCapable
    ? "Deno does not permit kro to write there; name a file in another folder"
    : systemReason(cause);
  return new UsageError(`cannot write the ${what} to ${path}: ${reason}`, { cause });
}

/** Replaces a file. Returns false when kro may create no file in the folder. */
function replaceFile(path: string, text: string, mode: number | undefined): boolean {
  const partial = partialPath(path);
  try {
    Deno.writeTextFileSync(partial, "", { createNew: true, mode });
  } catch (error) {
    if (
      error instanceof Deno.errors.PermissionDenied || error instanceof Deno.errors.NotCapable
    ) return false;
    throw error;
  }
  try {
    if (mode !== undefined) setMode(partial, mode & 0o777);
    Deno.writeTextFileSync(partial, text);
    Deno.renameSync(partial, path);
    return true;
  } catch (error) {
    Deno.removeSync(partial);
    throw error;
  }
}

function setMode(path: string, mode: number): void {
  if (Deno.build.os !== "windows") Deno.chmodSync(path, mode);
}

function statOf(path: string): Deno.FileInfo | undefined {
  try {
    return Deno.statSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
