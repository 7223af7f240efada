/** Parses the flags of a task. */
import { parseArgs, type ParseArgsOptionsConfig } from "node:util";

/**
 * Parses the command line of a task. `--help` prints the usage and ends the process with exit code 0; an
 * invalid flag prints one line and the usage, and ends the process with exit code 2.
 */
export function taskFlags<T extends ParseArgsOptionsConfig>(usage: string, options: T) {
  if (Deno.args.some((arg) => arg === "--help" || arg === "-h")) {
    console.log(usage);
    Deno.exit(0);
  }
  try {
    return parseArgs({ args: Deno.args, options }).values;
  } catch (error) {
    console.error((error as Error).message);
    console.error(usage);
    Deno.exit(2);
  }
}
