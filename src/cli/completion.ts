/**
 * `kro completion`: prints the completion script of a shell, and the words with which these scripts complete
 * a command line.
 */
import { Argument, type Command } from "commander";
import { complete, type Completion, type Names } from "./completion/candidates.ts";
import { completionScript, type Shell, SHELLS } from "./completion/scripts.ts";
import type { Output } from "./output.ts";

/** The command that completion scripts call. It is not listed in the help. */
export const COMPLETE = "__complete";

/**
 * The flags of cobra's completion protocol. The last line of the output contains the sum of the flags that
 * apply.
 */
const DIRECTIVE = { noSpace: 2, noFiles: 4 } as const;

/** Adds the command `kro completion` to the program. */
export function addCompletion(program: Command, output: Output): void {
  program.command("completion")
    .description("print the script by which a shell completes the commands of kro")
    .addArgument(new Argument("<shell>", "shell, or kubectl for kubectl kro").choices(SHELLS))
    .action((shell: Shell) => output.out(completionScript(shell)));
}

/**
 * Prints the words that may follow on an incomplete command line, one in each line, and then the flags of
 * cobra's protocol. kubectl and the completion scripts read this output.
 *
 * @param words The words after the name of the program. The last word is incomplete and may be empty.
 */
export async function printCompletion(
  program: Command,
  words: readonly string[],
  names: Names,
  output: Output,
): Promise<void> {
  const completion = await complete(program, words, names);
  output.out(answerText(completion));
}

function answerText({ candidates, files, space }: Completion): string {
  const lines = candidates.map(({ value, description }) =>
    description ? `${value}\t${description.replace(/\s+/g, " ")}` : value
  );
  const directive = (space ? 0 : DIRECTIVE.noSpace) + (files ? 0 : DIRECTIVE.noFiles);
  return [...lines, `:${directive}`, ""].join("\n");
}
