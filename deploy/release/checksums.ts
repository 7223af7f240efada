/** The checksums of a release, in the format of `sha256sum`. */
import { join } from "node:path";

/** The name of the file that contains the checksums. */
export const CHECKSUMS = "SHA256SUMS";

/** Returns the SHA-256 hash of a file, in hexadecimal digits. */
export async function sha256Of(path: string): Promise<string> {
  const hash = await crypto.subtle.digest("SHA-256", await Deno.readFile(path));
  return new Uint8Array(hash).toHex();
}

/**
 * Returns the checksums of all files in a folder, one line for each file, sorted by the names of the files.
 * The file {@link CHECKSUMS} itself is left out.
 */
export async function checksumsIn(dir: string): Promise<string> {
  const names: string[] = [];
  for await (const { name, isFile } of Deno.readDir(dir)) {
    if (isFile && name !== CHECKSUMS) names.push(name);
  }
  const lines = await Promise.all(
    names.sort().map(async (name) => `${await sha256Of(join(dir, name))}  ${name}\n`),
  );
  return lines.join("");
}
