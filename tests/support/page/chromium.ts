/** Starts Chromium, the package of Debian, for tests of the live page. */
import { type Browser, chromium } from "playwright-core";

/** The path of Chromium; undefined if Chromium is not installed. */
export const CHROMIUM: string | undefined = ["/usr/bin/chromium", "/usr/bin/chromium-browser"]
  .find((path) => {
    try {
      return Deno.statSync(path).isFile;
    } catch {
      return false;
    }
  });

/** The time limit of each step in the browser, in milliseconds. It suffices on a busy machine. */
export const TIMEOUT_MS = 120_000;

/** Returns the name of a test that needs Chromium. The name contains the reason if the test is ignored. */
export function needsChromium(name: string): Pick<Deno.TestDefinition, "name" | "ignore"> {
  return CHROMIUM === undefined
    ? { name: `${name} (ignored: needs Chromium; apt-get install chromium)`, ignore: true }
    : { name, ignore: false };
}

/** A running Chromium. Disposing the object ends its processes and deletes its profile. */
export interface RunningBrowser extends AsyncDisposable {
  /** The browser. */
  readonly browser: Browser;
}

/**
 * Starts Chromium and connects to its debugging port. Playwright itself would use a pipe for this connection,
 * which Deno does not support.
 */
export async function startChromium(): Promise<RunningBrowser> {
  const profile = await Deno.makeTempDir({ prefix: "kro-chromium-" });
  const child = new Deno.Command(CHROMIUM!, {
    args: [
      "--headless=new",
      "--no-sandbox",
      "--disable-gpu",
      "--disable-dev-shm-usage",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-extensions",
      "--no-first-run",
      "--remote-debugging-port=0",
      `--user-data-dir=${profile}`,
      "about:blank",
    ],
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).spawn();
  const end = async () => {
    child.kill("SIGTERM");
    await child.status;
    await Deno.remove(profile, { recursive: true });
  };
  try {
    const { endpoint, drained } = await endpointOf(child.stderr);
    const browser = await chromium.connectOverCDP(endpoint, { timeout: TIMEOUT_MS });
    return {
      browser,
      [Symbol.asyncDispose]: async () => {
        await browser.close();
        await end();
        await drained;
      },
    };
  } catch (error) {
    await end();
    throw error;
  }
}

/** Reads the address of the debugging port from Chromium's output. */
async function endpointOf(
  stderr: ReadableStream<Uint8Array>,
): Promise<{ endpoint: string; drained: Promise<void> }> {
  const reader = stderr.pipeThrough(new TextDecoderStream() as never)
    .getReader() as ReadableStreamDefaultReader<string>;
  let text = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) throw new Error(`Chromium did not start:\n${text}`);
    text += value;
    const endpoint = /DevTools listening on (ws:\S+)/.exec(text)?.[1];
    if (endpoint) return { endpoint, drained: drain(reader) };
  }
}

/** Reads the remaining output, so that Chromium never waits for a full pipe. */
async function drain(reader: ReadableStreamDefaultReader<string>): Promise<void> {
  while (!(await reader.read()).done);
}
