/** Starts Chromium, the package of Debian, for tests of the live page. */
import { ignoredWithout } from "../missing_tool.ts";
import { type Browser, chromium } from "playwright-core";

/** The path of Chromium or Chrome; undefined if neither is installed. */
export const CHROMIUM: string | undefined = ["/usr/bin/chromium", "/usr/bin/google-chrome"]
  .find((path) => {
    try {
      return Deno.statSync(path).isFile;
    } catch {
      return false;
    }
  });

/** The time limit of each step in the browser, in milliseconds. It suffices on a busy machine. */
export const TIMEOUT_MS = 60_000;

/** The suffix of the name of a test that needs Chromium; empty if Chromium is installed, and in CI. */
export const WITHOUT_CHROMIUM: string = ignoredWithout(
  "Chromium; apt-get install chromium",
  CHROMIUM !== undefined,
);

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
  if (CHROMIUM === undefined) throw new Error("Chromium is missing; run: apt-get install chromium");
  const profile = await Deno.makeTempDir({ prefix: "kro-chromium-" });
  const child = new Deno.Command(CHROMIUM, {
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
    // Other processes of Chromium end shortly after the first one, and may still write to the profile.
    for (let attempt = 0;; attempt++) {
      try {
        return await Deno.remove(profile, { recursive: true });
      } catch (error) {
        if (attempt === 20) throw error;
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    }
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

/** Returns the address of the debugging port, which Chromium prints to stderr. */
async function endpointOf(
  stderr: ReadableStream<Uint8Array<ArrayBuffer>>,
): Promise<{ endpoint: string; drained: Promise<void> }> {
  const reader = stderr.pipeThrough(new TextDecoderStream()).getReader();
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
