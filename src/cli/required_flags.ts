/** Flags that a command requires. A misspelled flag is reported before a missing one. */
import type { Command } from "commander";
import { collect } from "./flag_values.ts";

const required = new WeakMap<Command, { flags: string; name: string }>();

/**
 * Adds the flag `-f`, which may be repeated and without which the command fails. `requiredOption` of commander
 * reports a missing flag before an unknown one, and thus hides that the flag is misspelled.
 */
export function addRequiredFilename(command: Command): Command {
  const flags = "-f, --filename <path>";
  required.set(command, { flags, name: "filename" });
  return command.option(flags, "file, folder, or - for standard input", collect);
}

/** Ends the parsing with an error when the command line lacks a flag that the command requires. */
export function checkRequiredFlags(command: Command): void {
  const flag = required.get(command);
  if (flag && command.getOptionValue(flag.name) === undefined) {
    command.error(`error: required option '${flag.flags}' not specified`, { exitCode: 1 });
  }
}
