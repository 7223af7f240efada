/** Combines all messages of kro's commands into one section of `docs/messages.md`. */
import { ARGUMENTS } from "./command_arguments.ts";
import { ENDPOINTS } from "./command_endpoints.ts";
import { FLAGS } from "./command_flags.ts";
import { RESULTS } from "./command_results.ts";
import { CONNECTION } from "./connection.ts";
import type { Section } from "./types.ts";

/** The section about the command line in `docs/messages.md`. */
export const COMMAND_LINE: Section = {
  title: "Command line",
  intro:
    "An error is one line that begins with `error:`. Exit code 1 means that an object does not exist, that an RGD was rejected, " +
    "or that an instance failed or is not ready. Exit code 2 means wrong usage, unreadable input, or a failed connection.",
  entries: [
    {
      code: "exit 1",
      texts: ["internal error, please report it: <stack>"],
      cause: "A bug in kro.",
      remedy: "Report it with the whole text and the command.",
    },
    {
      code: "exit 1, exit 2",
      texts: ["error: <message>"],
      cause: "The command failed.",
      remedy: "Look up the text after `error:` on this page.",
    },
    ...FLAGS,
    ...ENDPOINTS,
    ...ARGUMENTS,
    ...RESULTS,
    ...CONNECTION,
  ],
};
