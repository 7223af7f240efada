/**
 * A program that acts as several clients of kro's JSON API. The program `reader_load.ts <rate> <url>...`
 * sends `rate` requests per second in total, to each URL in turn. The program prints `ready` when it begins
 * and runs until SIGTERM. Then the program prints the mean number of responses per second.
 */
import { beside } from "./process.ts";
import { pause } from "./user.ts";

/** The number of concurrent connections to kro's HTTP endpoint. */
const CONNECTIONS = 16;

/** Sends requests to kro's JSON API while `act` runs, and returns the mean number of responses per second. */
export async function readersBeside(
  rate: number,
  urls: readonly string[],
  act: () => Promise<unknown>,
): Promise<number> {
  return JSON.parse(await beside(import.meta.filename!, [String(rate), ...urls], act)) as number;
}

if (import.meta.main) {
  const [rate, ...urls] = Deno.args;
  const began = performance.now();
  let stopped = false;
  let sent = 0;
  let answered = 0;
  Deno.addSignalListener("SIGTERM", () => stopped = true);
  const read = async () => {
    while (!stopped) {
      const number = sent++;
      const dueMs = began + number * 1000 / Number(rate) - performance.now();
      if (dueMs > 0) await pause(dueMs / 1000);
      const response = await fetch(urls[number % urls.length]!);
      await response.arrayBuffer();
      if (!response.ok) throw new Error(`${response.url}: HTTP ${response.status}`);
      answered++;
    }
  };
  console.log("ready");
  await Promise.all(Array.from({ length: CONNECTIONS }, read));
  console.log(JSON.stringify(answered * 1000 / (performance.now() - began)));
  Deno.exit(0);
}
