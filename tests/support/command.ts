/** Runs kro's commands in the process of the test. */
import { main } from "../../src/cli/mod.ts";

/** The exit code and the output of a command. */
export interface CommandResult {
  /** The exit code of the command. */
  code: number;
  /** The data that the command wrote to stdout. */
  stdout: string;
  /** The lines that the command wrote to stderr, joined by line feeds. */
  stderr: string;
  /** The number of lines that the command wrote to stderr. */
  lines: number;
}

/** Runs a command line of kro, such as `["validate", "-f", "rgd.yaml"]`. */
export async function runCommand(args: readonly string[]): Promise<CommandResult> {
  let stdout = "";
  const lines: string[] = [];
  const code = await main(args, {
    out: (text) => void (stdout += text),
    err: (line) => void lines.push(line),
    color: false,
  });
  return { code, stdout, stderr: lines.join("\n"), lines: lines.length };
}
