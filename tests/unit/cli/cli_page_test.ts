/**
 * Tests that `docs/cli.md`, the reference of all commands, is up to date, and that the help of each command
 * has examples.
 */
import assert from "node:assert/strict";
import { CLI_PAGE, cliPage } from "../../../deploy/tasks/cli.ts";
import { COMMAND_HELP, leavesOf, pathOf } from "../../../src/cli/examples.ts";
import { createProgram } from "../../../src/cli/program.ts";
import { runCommand } from "../../support/command.ts";
import { read } from "../../support/documents.ts";

const output = { out() {}, err() {}, color: false };

Deno.test(`${CLI_PAGE} is current`, () => {
  assert.equal(read(CLI_PAGE), cliPage(), "run deno task cli");
});

Deno.test("each command has examples, and each example names its command and existing flags", () => {
  const leaves = leavesOf(createProgram(output, () => {}, "kro"));
  assert.deepEqual(leaves.map(pathOf).sort(), Object.keys(COMMAND_HELP).sort());
  for (const command of leaves) {
    const path = pathOf(command);
    for (const [purpose, line] of COMMAND_HELP[path]!.examples) {
      assert.match(purpose, /^[A-Z][^.]*(\.test\.yaml[^.]*)?$/, line);
      assert.ok(line.includes(`kro ${path}`), line);
      const known = [...command.options, ...command.parent!.options].flatMap((
        { long, short },
      ) => [long, short]);
      const flags = [...line.matchAll(/(?<= )--?[a-zA-Z][\w-]*/g)].map(([flag]) => flag);
      assert.deepEqual(flags.filter((flag) => !known.includes(flag)), [], line);
    }
  }
});

Deno.test("the help of each command and of each group of commands has examples", async () => {
  const program = createProgram(output, () => {}, "kro");
  const groups = program.commands.filter(({ commands }) => commands.length > 0);
  for (const command of [program, ...groups, ...leavesOf(program)]) {
    const path = pathOf(command);
    const { code, stdout } = await runCommand([...path.split(" ").filter(Boolean), "--help"]);
    assert.equal(code, 0);
    assert.match(stdout, /\nExamples:\n {2}# [A-Z].*\n {2}.*\bkro /, path);
  }
});

Deno.test("each argument and each flag has a description", () => {
  for (const command of leavesOf(createProgram(output, () => {}, "kro"))) {
    for (const { description } of [...command.registeredArguments, ...command.options]) {
      assert.notEqual(description, "", pathOf(command));
    }
  }
});

Deno.test("as a plugin of kubectl, the help names the command kubectl kro", () => {
  const program = createProgram(output, () => {}, "kubectl kro");
  const command = program.commands.find((each) => each.name() === "record")!;
  let help = "";
  command.configureOutput({ writeOut: (text) => void (help += text) }).outputHelp();
  assert.match(help, /^Usage: kubectl kro record \[options\] <target\.\.\.>/);
  assert.match(help, /^ {2}kubectl kro record shops\/corner/m);
});
