/** Writes files as a whole: a command that is interrupted leaves the old content or the new content. */
import { onInterrupt } from "./interrupt.ts";

/** Returns the path of the file that {@link writeFile} renames to `path`. */
export function partialPath(path: string): string {
  return `${path}.${Deno.pid}.partial`;
}

/**
 * Writes a text to a file. The text is first written to {@link partialPath}, which is then renamed, so that an
 * error leaves the old content. Writes directly to a device such as /dev/stdout, and to a file in a folder where
 * kro may create no file.
 *
 * @param mode The permissions of the file. When absent, an existing file keeps its permissions.
 */
export async function writeFile(path: string, text: string, mode?: number): Promise<void> {
  await uninterrupted(() => {
    const info = statOf(path);
    const isDevice = info !== undefined && !info.isFile;
    // A symbolic link stays a link.
    const target = info?.isFile ? Deno.realPathSync(path) : path;
    if (isDevice || !replaceFile(target, text, mode ?? info?.mode ?? undefined)) {
      if (info?.isFile && mode !== undefined) setMode(target, mode);
      Deno.writeTextFileSync(target, text, { mode });
    }
  });
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

/**
 * Runs an action that SIGINT and SIGTERM do not interrupt. A signal that arrives meanwhile ends the process after
 * the action.
 */
async function uninterrupted(action: () => void): Promise<void> {
  using _signals = onInterrupt(() => {});
  action();
  // The signals' listeners run after the synchronous action.
  await new Promise((resolve) => setTimeout(resolve, 0));
}
