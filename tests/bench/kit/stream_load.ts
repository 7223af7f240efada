/**
 * Clients that read event streams of kro. The program `stream_load.ts <streams> <url>` opens this number of
 * streams. The program prints `ready` when all are open and runs until SIGTERM. Then the program prints the
 * number of events that all streams together have received.
 */
import { beside } from "./process.ts";

/** Keeps the streams open while `act` runs, and returns the number of received events. */
export async function streamsBeside(
  streams: number,
  url: string,
  act: () => Promise<unknown>,
): Promise<number> {
  return JSON.parse(await beside(import.meta.filename!, [String(streams), url], act)) as number;
}

if (import.meta.main) {
  const [count, url] = Deno.args as [string, string];
  // Each stream needs a connection of its own.
  const client = Deno.createHttpClient({ poolMaxIdlePerHost: Number(count) });
  let events = 0;
  const responses = await Promise.all(
    Array.from({ length: Number(count) }, () => fetch(url, { client })),
  );
  for (const response of responses) {
    if (!response.ok) throw new Error(`${url}: HTTP ${response.status}`);
  }
  Deno.addSignalListener("SIGTERM", () => {
    console.log(JSON.stringify(events));
    Deno.exit(0);
  });
  console.log("ready");
  await Promise.all(responses.map(async ({ body }) => {
    for await (const text of body!.pipeThrough(new TextDecoderStream())) {
      events += text.split("event: instance").length - 1;
    }
  }));
}
