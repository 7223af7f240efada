/** Writes docs/cli.md, the reference of all commands, from the declarations of the commands. */
import type { Argument, Command, Option } from "commander";
import { COMMAND_HELP, EXIT_CODES, leavesOf, pathOf } from "../../src/cli/examples.ts";
import { createProgram } from "../../src/cli/program.ts";

/** The path of the page, relative to the repository's root. */
export const CLI_PAGE = "docs/cli.md";

const INTRO = `# Commands

\`deno task cli\` writes this page from the source code.

- kro writes data to stdout, and progress and errors to stderr. An error is one line that begins with \`error:\`;
  [messages.md](messages.md) lists all errors with their remedies.
- Colors are printed only on a terminal, and not with \`--no-color\` or the environment variable \`NO_COLOR\`. On a
  terminal, tables are shortened to its width.
- kro is also a plugin of kubectl: if an executable or a link in \`$PATH\` has the name \`kubectl-kro\`, \`kubectl kro\`
  runs kro.
- \`kro completion\` prints the scripts by which shells complete commands, flags, and names of RGDs and instances.

| command | purpose |
| ------- | ------- |
`;

/** Returns the content of {@link CLI_PAGE}. */
export function cliPage(): string {
  const program = createProgram({ out() {}, err() {}, color: false }, () => {}, "kro");
  const commands = leavesOf(program);
  const rows = commands.map((command) => {
    const path = pathOf(command);
    return `| [\`kro ${path}\`](#kro-${path.replaceAll(" ", "-")}) | ${command.description()} |\n`;
  });
  const global = flagTable(program.options);
  return `${INTRO}${rows.join("")}\nFlags of all commands:\n\n${global}\n${
    commands.map(sectionOf).join("\n")
  }`;
}

function sectionOf(command: Command): string {
  const path = pathOf(command);
  const { examples, exit = EXIT_CODES } = COMMAND_HELP[path]!;
  const options = command.options.filter(({ hidden }) => !hidden);
  const parts = [
    `## kro ${path}\n`,
    `${sentence(command.description())}\n`,
    `\`\`\`\nkro ${path} ${command.usage()}\n\`\`\`\n`,
    ...command.registeredArguments.length > 0 ? [argumentTable(command.registeredArguments)] : [],
    ...options.length > 0 ? [flagTable(options)] : [],
    "Examples:\n",
    `\`\`\`sh\n${examples.map(([purpose, line]) => `# ${purpose}\n${line}`).join("\n")}\n\`\`\`\n`,
    "Exit codes:\n",
    `${exit.map((code) => `- ${code}`).join("\n")}\n`,
  ];
  return parts.join("\n");
}

function argumentTable(places: readonly Argument[]): string {
  const rows = places.map((place) => {
    const name = place.variadic ? `${place.name()}...` : place.name();
    const text = place.required ? `<${name}>` : `[${name}]`;
    return [code(text), meaning(place.description, place.argChoices)];
  });
  return tableOf(["argument", "meaning"], rows);
}

function flagTable(options: readonly Option[]): string {
  const rows = options.map((option) => [
    code(option.flags),
    defaultOf(option),
    meaning(option.description, option.argChoices),
  ]);
  return tableOf(["flag", "default", "meaning"], rows);
}

function meaning(description: string, choices: readonly string[] | undefined): string {
  const list = choices ? `one of ${choices.map(code).join(", ")}` : "";
  return [description, list].filter(Boolean).join("; ");
}

function defaultOf({ defaultValue, defaultValueDescription, negate }: Option): string {
  if (defaultValueDescription !== undefined) return code(defaultValueDescription);
  if (negate || defaultValue === undefined || defaultValue === false) return "";
  return code(String(defaultValue));
}

function code(text: string): string {
  return text === "" ? "" : `\`${text}\``;
}

function sentence(text: string): string {
  return `${text[0]!.toUpperCase()}${text.slice(1)}.`;
}

function tableOf(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll("|", "\\|").replace(/\s+/g, " ")).join(" | ")} |\n`;
  return `${line(header)}${line(header.map(() => "---"))}${rows.map(line).join("")}`;
}

if (import.meta.main) {
  await Deno.writeTextFile(new URL(`../../${CLI_PAGE}`, import.meta.url), cliPage());
}
