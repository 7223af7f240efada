/** Tests of `kro test --watch`: the tests run again when a file changes. */
import assert from "node:assert/strict";
import { watchTests } from "../../../src/cli/test.ts";

const TEST = `tests:
  - name: one
    graphs: [../graphs]
    instance: {apiVersion: kro.run/v1alpha1, kind: Shop, metadata: {name: a}}
    expect: {state: ACTIVE, absent: [{apiVersion: v1, kind: ConfigMap, name: b}]}
`;

const rgdOf = (name: string) =>
  `apiVersion: kro.run/v1alpha1
kind: ResourceGraphDefinition
metadata: {name: shop}
spec:
  schema: {apiVersion: v1alpha1, kind: Shop}
  resources: [{id: one, template: {apiVersion: v1, kind: ConfigMap, metadata: {name: ${name}}}}]
`;

Deno.test("--watch runs the tests again when an RGD or a test file changes, and survives errors", async () => {
  const dir = await Deno.makeTempDir();
  const stop = new AbortController();
  const lines: string[] = [];
  let wake = () => {};
  /** Waits until the last line of the command's output matches the pattern. */
  const until = async (pattern: RegExp) => {
    while (!pattern.test(lines.at(-1) ?? "")) {
      await new Promise<void>((resolve) => wake = resolve);
    }
  };
  const add = (line: string) => {
    lines.push(line);
    wake();
  };
  try {
    await Deno.mkdir(`${dir}/graphs`);
    await Deno.mkdir(`${dir}/tests`);
    await Deno.writeTextFile(`${dir}/graphs/rgd.yaml`, rgdOf("a"));
    await Deno.writeTextFile(`${dir}/tests/a.test.yaml`, TEST);
    const output = { out: add, err: add, color: false };
    const watching = watchTests([`${dir}/tests`], { output: "text" }, output, stop.signal);
    await until(/1 passed, 0 failed/);
    await Deno.writeTextFile(`${dir}/graphs/rgd.yaml`, rgdOf("b"));
    await until(/ConfigMap "default\/b" exists\n0 passed, 1 failed/);
    await Deno.writeTextFile(`${dir}/tests/a.test.yaml`, "tests: []\n");
    await until(/0 passed, 0 failed/);
    assert.match(lines.join("\n"), /a\.test\.yaml:1:1: tests: the list is empty/);
    stop.abort();
    await watching;
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});
