/** `kro check`: asks the HTTP endpoint of a running controller whether the controller works. */
import type { Command } from "commander";
import { Exit, UsageError } from "./errors.ts";
import type { Output } from "./output.ts";

/** The time limit of each request, in milliseconds. */
const TIMEOUT_MS = 10_000;

/** The flags of `kro check`. */
interface CheckFlags {
  /** The path of a file with a token that may get the URL `/graphs`, set by `--token-file`. */
  tokenFile?: string;
}

/**
 * Adds the command `kro check`.
 *
 * @param done Called with the exit code of the command.
 */
export function addCheckCommand(
  program: Command,
  output: Output,
  done: (code: number) => void,
): void {
  program.command("check")
    .description("check that a running controller is ready and serves its API")
    .argument("<url>", "URL of the controller's HTTP endpoint, such as http://kro.kro:8079")
    .option("--token-file <file>", "file with a token that may get the URL /graphs")
    .action(async (url: string, flags: CheckFlags) => done(await check(url, flags, output)));
}

/**
 * Runs `kro check`. Returns the exit code: 1 if the controller is not ready, or if the JSON API responds in
 * an unexpected way. Without a token, the API may refuse the request, because by default the API answers only
 * clients on the controller's own host.
 */
async function check(url: string, { tokenFile }: CheckFlags, output: Output): Promise<number> {
  if (!URL.canParse(url) || !/^https?:/.test(url)) {
    throw new UsageError(`"${url}" is not a URL: write it as http://HOST:PORT`);
  }
  const token = tokenFile === undefined ? undefined : await readToken(tokenFile);
  const ready = await get(url, "/readyz");
  if (ready.status !== 200) {
    output.err(`error: ${url}/readyz responded with ${ready.status}: ${ready.text}`);
    return Exit.failed;
  }
  output.out("ready\n");
  const graphs = await get(url, "/graphs", token);
  const refused = graphs.status === 401 || graphs.status === 403;
  if (graphs.status !== 200 && !(refused && token === undefined)) {
    output.err(`error: ${url}/graphs responded with ${graphs.status}: ${graphs.text}`);
    return Exit.failed;
  }
  output.out(refused ? "API serves permitted clients only\n" : "API serves graphs\n");
  return Exit.ok;
}

async function readToken(file: string): Promise<string> {
  try {
    return (await Deno.readTextFile(file)).trim();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) {
      throw new UsageError(`the path "${file}" does not exist`);
    }
    throw error;
  }
}

async function get(
  url: string,
  path: string,
  token?: string,
): Promise<{ status: number; text: string }> {
  try {
    const headers = token === undefined ? undefined : { authorization: `Bearer ${token}` };
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    const response = await fetch(new URL(path, url), { headers, signal });
    return { status: response.status, text: (await response.text()).trim().replaceAll("\n", " ") };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new UsageError(`GET ${url}${path}: ${why}; check that the controller runs at this URL`);
  }
}
