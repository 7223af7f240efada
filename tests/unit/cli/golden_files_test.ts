/** Tests that the output of each command, in each of its formats, is a golden file. */
import assert from "node:assert/strict";
import { leavesOf, pathOf } from "../../../src/cli/examples.ts";
import { createProgram } from "../../../src/cli/program.ts";
import { GOLDEN_FOLDER } from "../../support/golden.ts";

/** The golden files of each command; of each format if the command has the flag `-o`. */
const FILES: Record<string, string[]> = {
  "controller": ["controller.txt"],
  "apply -o table": ["apply.txt"],
  "apply -o yaml": ["apply.yaml"],
  "apply -o json": ["apply.json"],
  "reconcile -o table": ["reconcile.txt"],
  "reconcile -o yaml": ["reconcile.yaml"],
  "reconcile -o json": ["reconcile.json"],
  "delete -o table": ["delete.txt"],
  "delete -o yaml": ["delete.yaml"],
  "delete -o json": ["delete.json"],
  "get -o table": ["get.graphs.txt", "get.instances.txt", "get.tree.txt"],
  "get -o wide": ["get.graphs.wide.txt", "get.tree.nested.txt"],
  "get -o yaml": ["get.yaml"],
  "get -o json": ["get.json"],
  "get -o name": ["get.name"],
  "describe": ["describe.graph.txt", "describe.instance.txt"],
  "why -o text": ["why.field.txt", "why.instance.txt", "why.node.txt"],
  "why -o json": ["why.node.json"],
  "why -o yaml": ["why.node.yaml"],
  "dashboard": ["dashboard.txt"],
  "plan -o text": ["plan.new.txt", "plan.notes.txt", "plan.same.txt", "plan.txt"],
  "plan -o json": ["plan.json", "plan.notes.json"],
  "plan -o markdown": ["plan.md", "plan.notes.md"],
  "plan -o github": ["plan.github.md", "plan.notes.github.md"],
  "render": ["render.waiting.txt", "render.yaml"],
  "validate -o text": ["validate.txt"],
  "validate -o json": ["validate.json"],
  "validate -o github": ["validate.github.txt"],
  "generate rbac": ["rbac.yaml"],
  "generate crd": ["shop.crd.yaml"],
  "generate jsonschema": ["shop.schema.json"],
  "generate instance": ["shop.instance.yaml"],
  "generate docs": ["shop.md"],
  "graph -o mermaid": ["shop.mmd"],
  "graph -o dot": ["shop.dot"],
  "graph -o svg": ["shop.svg"],
  "check": ["check.txt"],
  "test -o text": ["test.txt"],
  "test -o junit": ["test.junit.xml"],
  "test -o json": ["test.json"],
  "record": ["record.txt"],
  "replay -o text": ["replay.txt"],
  "replay -o json": ["replay.json"],
  "replay -o yaml": ["replay.yaml"],
  "completion bash": ["completion.bash"],
  "completion zsh": ["completion.zsh"],
  "completion fish": ["completion.fish"],
  "completion kubectl": ["completion.kubectl"],
  "version": ["version.txt"],
};

/** A golden file that is the input of commands. */
const INPUTS = ["shop.yaml"];

/** Returns the commands of kro, once for each format that `-o` or an argument permits. */
function outputsOfKro(): string[] {
  const program = createProgram({ out() {}, err() {}, color: false }, () => {}, "kro");
  return leavesOf(program).flatMap((command) => {
    const path = pathOf(command);
    const formats = command.options.find(({ short }) => short === "-o")?.argChoices;
    if (formats) return formats.map((format) => `${path} -o ${format}`);
    const words = command.registeredArguments.flatMap(({ argChoices }) => argChoices ?? []);
    return words.length > 0 ? words.map((word) => `${path} ${word}`) : [path];
  });
}

Deno.test("each command has a golden file for each of its output formats", () => {
  assert.deepEqual(outputsOfKro().sort(), Object.keys(FILES).sort());
});

Deno.test("each golden file exists once, and a test compares an output with it", async () => {
  const folder = new URL(`../../../${GOLDEN_FOLDER}/`, import.meta.url);
  const found = [...Deno.readDirSync(folder)].map(({ name }) => name);
  assert.deepEqual(found.sort(), [...Object.values(FILES).flat(), ...INPUTS].sort());
  const tests = ["golden_test.ts", "generate_test.ts", "inspect_test.ts"]
    .map((name) => new URL(name, import.meta.url));
  tests.push(new URL("../../cluster/own/golden_test.ts", import.meta.url));
  const sources = (await Promise.all(tests.map((path) => Deno.readTextFile(path)))).join("\n");
  for (const name of Object.values(FILES).flat()) {
    // A test that compares several formats writes the name as a template, such as `get.${format}`.
    const [start] = name.split(".");
    const isCompared = sources.includes(`"${name}"`) || sources.includes(`\`${start}.\${format}\``);
    assert.ok(isCompared, `no test compares an output with ${name}`);
  }
});
