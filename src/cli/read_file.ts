/** Reads the files that flags name. */
import { readAtMost, readBytes } from "../kube/mod.ts";

/** The maximum size of a file and of standard input, in MiB. */
const MOST_MIB = 256;

/**
 * Returns the content of a text file. Rejects with Deno's error when the file cannot be read, and with an Error
 * when the file is larger than 256 MiB, or is a named pipe to which no program writes within 60 s.
 */
export async function readTextFile(path: string): Promise<string> {
  return new TextDecoder().decode(await readFileBytes(path));
}

/** Returns the bytes of a file. Rejects as {@link readTextFile}. */
export function readFileBytes(path: string): Promise<Uint8Array> {
  return readBytes(path, { mib: MOST_MIB, waitMs: 60_000 });
}

/** Returns the bytes of standard input. Rejects with an Error when they exceed 256 MiB. */
export async function readStdin(): Promise<Uint8Array> {
  const bytes = await readAtMost(MOST_MIB * 2 ** 20, Deno.stdin.readable);
  if (!bytes) throw new Error(`larger than ${MOST_MIB} MiB`);
  return bytes;
}
