/** `kro check`: asks the HTTP endpoint of a running controller whether the controller works. */
import type { Command } from "commander";
import { Endpoint } from "./endpoint.ts";
import { Exit } from "./errors.ts";
import type { Output } from "./output.ts";

/** The flags of `kro check`. */
interface CheckFlags {
  /** The path of a file with a token that may get the URL `/graphs`, set by `--token-file`. */
  tokenFile?: string;
  /** The path of a file with the server's certificate, set by `--certificate-file`. */
  certificateFile?: string;
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
    .option(
      "--certificate-file <file>",
      "PEM file with the certificate that the server must have",
    )
    .action(async (url: string, flags: CheckFlags) => done(await check(url, flags, output)));
}

/**
 * Runs `kro check`. Returns the exit code: 1 if the controller is not ready, or if the JSON API responds in
 * an unexpected way. Without a token, the API may refuse the request, because by default the API answers only
 * clients on the controller's own host.
 */
async function check(url: string, flags: CheckFlags, output: Output): Promise<number> {
  const endpoint = await Endpoint.open(url, flags);
  const ready = await endpoint.get("/readyz", { withToken: false });
  if (ready.status !== 200) {
    output.err(
      `error: ${endpoint.url}/readyz responded with ${ready.status}: ${oneLine(ready.text)}`,
    );
    return Exit.failed;
  }
  output.out("ready\n");
  const graphs = await endpoint.get("/graphs");
  const refused = graphs.status === 401 || graphs.status === 403;
  if (graphs.status !== 200 && !(refused && !endpoint.hasToken)) {
    output.err(
      `error: ${endpoint.url}/graphs responded with ${graphs.status}: ${oneLine(graphs.text)}`,
    );
    return Exit.failed;
  }
  output.out(refused ? "API serves permitted clients only\n" : "API serves graphs\n");
  return Exit.ok;
}

function oneLine(text: string): string {
  return text.trim().replaceAll("\n", " ");
}
