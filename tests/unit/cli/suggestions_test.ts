/** Tests that a misspelled command, flag or value of `-o` is refused with the right name. */
import assert from "node:assert/strict";
import type { Command } from "commander";
import { leavesOf, pathOf } from "../../../src/cli/examples.ts";
import { createProgram } from "../../../src/cli/program.ts";
import { runCommand } from "../../support/command.ts";

const program = createProgram({ out() {}, err() {}, color: false }, () => {}, "kro");
const words = (command: Command) => pathOf(command).split(" ");

/** Returns a word without its letter before the last. */
const misspelled = (word: string) => word.slice(0, -2) + word.slice(-1);

Deno.test("a misspelled flag of any command is refused with the right flag", async () => {
  let tried = 0;
  for (const command of leavesOf(program)) {
    for (const { long, hidden } of command.options) {
      // Several flags may be similar to a short one, so that the suggestion names several.
      if (hidden || !long || long.length < 7) continue;
      const wrong = misspelled(long);
      const { code, stderr, lines } = await runCommand([...words(command), wrong]);
      assert.equal(code, 2, `${pathOf(command)} ${wrong}`);
      assert.match(stderr, new RegExp(`unknown option '${wrong}' \\(Did you mean .*${long}`));
      assert.equal(lines, 1);
      tried++;
    }
  }
  assert.ok(tried > 100, `${tried} flags`);
});

Deno.test("a misspelled command is refused with the right command", async () => {
  for (const command of leavesOf(program)) {
    const path = words(command);
    const wrong = misspelled(path.at(-1)!);
    const { code, stderr, lines } = await runCommand([...path.slice(0, -1), wrong]);
    assert.deepEqual([code, lines], [2, 1], stderr);
    assert.match(stderr, new RegExp(`unknown command '${wrong}' \\(Did you mean .*${path.at(-1)}`));
  }
});

Deno.test("an unknown value of -o is refused with the list of formats", async () => {
  for (const command of leavesOf(program)) {
    const formats = command.options.find(({ short }) => short === "-o")?.argChoices;
    if (!formats) continue;
    const { code, stderr } = await runCommand([...words(command), "-o", "yamll"]);
    assert.equal(code, 2);
    assert.ok(stderr.includes(`Allowed choices are ${formats.join(", ")}.`), stderr);
  }
});
