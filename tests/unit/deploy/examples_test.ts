/**
 * Tests of the examples in `deploy/examples` that need no cluster: their own `kro test` files pass, and their
 * drawings and documents are up to date.
 */
import assert from "node:assert/strict";
import { examples, readmeOf } from "../../../deploy/tasks/examples.ts";
import { runCommand } from "../../support/command.ts";
import { read } from "../../support/documents.ts";

Deno.test("the unit tests of the examples pass and reach all parts of the RGDs", async () => {
  const { code, stdout, stderr } = await runCommand(
    ["test", "--min-coverage", "100", "deploy/examples"],
  );
  assert.equal(code, 0, stdout + stderr);
  for (const { name } of examples()) {
    assert.ok(stdout.includes(`deploy/examples/${name}/tests/${name}.test.yaml: `), name);
  }
});

for (const example of examples()) {
  const { name, folder, crds } = example;
  Deno.test(`example ${name}: no warnings, a current drawing, and an entry in the list`, async () => {
    const args = ["validate", "--offline", "-f", `${folder}rgd.yaml`, ...crds];
    const { code, stdout, stderr } = await runCommand(args);
    assert.equal(code, 0, stdout + stderr);
    assert.doesNotMatch(stdout, /warning/);
    const readme = await Deno.readTextFile(`${folder}README.md`);
    assert.match(readme, /^```mermaid\nflowchart /m);
    assert.equal(readme, await readmeOf(example), "run deno task examples");
    assert.ok(read("deploy/examples/README.md").includes(`[${name}](${name}/README.md)`));
    // Without the first wait, the kind of the instance may not exist yet; without the second, its status.
    const commands = [...readme.matchAll(/^\$ (kubectl (?:apply|wait|get) \S*).*$/gm)];
    const verbs = commands.map(([, start]) => start!.replace(/^kubectl /, "").replace(/ -f/, ""));
    assert.match(verbs.join(", "), /apply, wait rgd\/\S+, apply, wait \w+\/\w+, get \w+$/);
    const [first] = await snapshots(`${folder}tests`);
    assert.ok(first, "a test compares all objects with a snapshot");
  });
}

async function snapshots(folder: string): Promise<string[]> {
  const names: string[] = [];
  for await (const { name } of Deno.readDir(folder)) {
    if (name.endsWith(".snapshot.yaml")) names.push(name);
  }
  return names;
}
