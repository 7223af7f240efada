/** Writes a heap snapshot for Chrome's developer tools when the process receives SIGUSR2. */
import { Readable } from "node:stream";
import { getHeapSnapshot } from "node:v8";
import { getLogger } from "@logtape/logtape";
import { errorText } from "../api/mod.ts";

const logger = getLogger(["kro", "debug"]);

/**
 * Writes a heap snapshot to a file in the folder, and returns the path of the file. V8 blocks the process for
 * several seconds while it takes the snapshot.
 */
async function writeHeapSnapshot(folder: string, now: Date): Promise<string> {
  const path = `${folder}/kro-${now.toISOString().replaceAll(":", "-")}.heapsnapshot`;
  const snapshot = Readable.toWeb(getHeapSnapshot()) as ReadableStream<Uint8Array>;
  await Deno.writeFile(path, snapshot, { mode: 0o600 });
  return path;
}

/**
 * Writes a heap snapshot whenever the process receives SIGUSR2, until the returned function is called. A
 * signal that arrives while a snapshot is being written has no effect. SIGUSR1 cannot be used, because it
 * starts Deno's inspector.
 */
export function onHeapSignal(folder: string): () => void {
  let busy = false;
  const write = async () => {
    if (busy) return;
    busy = true;
    try {
      logger.info("wrote a heap snapshot to {path}", {
        path: await writeHeapSnapshot(folder, new Date()),
      });
    } catch (error) {
      const why = errorText(error);
      logger.error(
        "cannot write a heap snapshot: {error}; check that {folder} exists and that kro may write to it",
        {
          error: why,
          folder,
        },
      );
    } finally {
      busy = false;
    }
  };
  Deno.addSignalListener("SIGUSR2", write);
  return () => Deno.removeSignalListener("SIGUSR2", write);
}
