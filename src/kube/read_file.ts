/** Reads files whose path a user gave: up to a size limit, and without blocking in a named pipe. */
import { constants } from "node:fs";
import { open } from "node:fs/promises";
import { readAtMost } from "./body.ts";
import { sleep } from "./timers.ts";

/** The limits of {@link readBytes}. */
export interface ReadLimits {
  /** The maximum size of the file, in MiB. */
  mib: number;
  /** The maximum time that a named pipe may go without data, in milliseconds. */
  waitMs: number;
}

/** The pause before kro reads an empty pipe again, in milliseconds. */
const PAUSE_MS = 20;

/**
 * Returns the content of a file. Rejects with Deno's error when the file cannot be opened or read, and with an
 * Error when the file exceeds a limit. A device such as `/dev/zero` has no end.
 *
 * A named pipe is opened with O_NONBLOCK. Without the flag, open(2) waits until another program opens the pipe,
 * and occupies one of the few threads in which Deno also resolves the names of hosts.
 *
 * @example
 * ```ts
 * import { readBytes } from "./mod.ts";
 *
 * const bytes = await readBytes("main.ts", { mib: 16, waitMs: 5000 });
 * console.log(new TextDecoder().decode(bytes));
 * ```
 */
export async function readBytes(path: string, limits: ReadLimits): Promise<Uint8Array> {
  const { isFifo } = await Deno.stat(path);
  const most = limits.mib * 2 ** 20;
  let bytes: Uint8Array | undefined;
  if (isFifo) {
    bytes = await readAtMost(most, ReadableStream.from(pipeChunks(path, limits.waitMs)));
  } else {
    using file = await Deno.open(path);
    bytes = await readAtMost(most, file.readable);
  }
  if (!bytes) throw new Error(`larger than ${limits.mib} MiB`);
  return bytes;
}

/**
 * Yields the content of a named pipe until the writers have closed it. A pipe that no program has opened for
 * writing yet looks like a closed pipe, so the end counts only after the first byte.
 */
async function* pipeChunks(path: string, waitMs: number): AsyncGenerator<Uint8Array> {
  const pipe = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    let isEmpty = true;
    for (let waited = 0; waited < waitMs;) {
      const chunk = new Uint8Array(2 ** 16);
      const length = await pipe.read(chunk, 0, chunk.length, null)
        .then(({ bytesRead }) => bytesRead, (error) => {
          if (error.code === "EAGAIN") return undefined;
          throw error;
        });
      if (length) {
        isEmpty = false;
        waited = 0;
        yield chunk.subarray(0, length);
      } else if (length === 0 && !isEmpty) {
        return;
      } else {
        await sleep(PAUSE_MS);
        waited += PAUSE_MS;
      }
    }
  } finally {
    await pipe.close();
  }
  throw new Error(`no program wrote to this pipe within ${waitMs / 1000} s`);
}
