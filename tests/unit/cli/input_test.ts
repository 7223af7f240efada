/** Tests of the inputs of commands in a process of its own: standard input, devices, and files that do not parse. */
import assert from "node:assert/strict";
import { permissionFlags } from "../../../src/cli/mod.ts";
import { recordText } from "../../../src/cli/record/file.ts";
import { sealed } from "../../../src/cli/sealed.ts";
import { VERSION } from "../../../src/api/mod.ts";
import { recorded } from "../../support/record.ts";

const ROOT = new URL("../../../", import.meta.url).pathname;

/** Runs a command with the permissions of the one-shot commands and this standard input. */
async function kro(args: readonly string[], stdin: string): Promise<[code: number, text: string]> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", ...permissionFlags("local"), `${ROOT}main.ts`, ...args],
    cwd: ROOT,
    env: { NO_COLOR: "1" },
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  // A command that does not read its input closes the pipe.
  await writer.write(new TextEncoder().encode(stdin)).catch(() => {});
  await writer.close().catch(() => {});
  const { code, stdout, stderr } = await child.output();
  const [out, err] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  return [code, out! + err!];
}

Deno.test("replay and apply --plan read standard input", async () => {
  const [code, text] = await kro(["replay", "-"], recordText(await recorded()));
  assert.match(text, /^Shop default\/corner: IN_PROGRESS/);
  assert.equal(code, 0);
  const plan = sealed({ format: "kro-plan/v1", version: "v0.0.1" });
  assert.deepEqual(await kro(["apply", "--plan", "-"], plan), [
    2,
    `error: the plan <stdin> was made by kro v0.0.1, but this is kro ${VERSION}: plan again\n`,
  ]);
});

Deno.test("a device that Deno does not permit is refused in kro's own words", async () => {
  const why = "Deno does not permit it; name - for standard input";
  assert.deepEqual(await kro(["apply", "--plan", "/dev/stdin"], "{}"), [
    2,
    `error: cannot read the plan /dev/stdin: ${why}\n`,
  ]);
  for (const args of [["replay"], ["render", "-f"]]) {
    const [code, text] = await kro([...args, "/dev/stdin"], "{}");
    assert.deepEqual([code, text], [2, `error: cannot read /dev/stdin: ${why}\n`]);
  }
});

Deno.test("an input that does not parse is named with line and column", async () => {
  const yaml = "apiVersion: v1\nkind: [\n";
  const json = '{\n  "format": "kro-plan/v1",\n  oops\n}\n';
  const cases: [args: string[], input: string, message: RegExp][] = [
    [["validate", "--offline", "-f", "-"], yaml, /^error: <stdin>:3:1: deficient indentation$/m],
    [["render", "-f", "-"], yaml, /^error: <stdin>:3:1: /],
    [["graph", "-f", "-"], yaml, /^error: <stdin>:3:1: /],
    [["generate", "crd", "-f", "-"], yaml, /^error: <stdin>:3:1: /],
    [["plan", "-f", "-"], yaml, /^error: <stdin>:3:1: /],
    [["apply", "-f", "-"], yaml, /^error: <stdin>:3:1: /],
    [["delete", "-f", "-"], yaml, /^error: <stdin>:3:1: /],
    [["apply", "--plan", "-"], json, /^error: <stdin>:3:3: invalid JSON: Expected double-quoted/],
    [["replay", "-"], json, /^error: <stdin>:3:3: invalid JSON: Expected double-quoted/],
  ];
  for (const [args, input, message] of cases) {
    const [code, text] = await kro(args, input);
    assert.match(text, message, args.join(" "));
    assert.deepEqual([code, text.trim().includes("\n")], [2, false], text);
  }
});

const MISSPELLED = `apiVersion: kro.run/v1alpha1
kind: ResourceGraphDefinition
metadata: {name: cup}
spec:
  schema: {apiVersion: v1alpha1, kind: Cup}
  resources:
    - id: map
      includeWhenn: ["\${false}"]
      template: {apiVersion: v1, kind: ConfigMap, metadata: {name: "\${schema.metadata.name}"}}
`;

Deno.test("every command that reads RGDs of files warns about a misspelled field", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${folder}/rgd.yaml`, MISSPELLED);
    const cup = "{apiVersion: kro.run/v1alpha1, kind: Cup, metadata: {name: a}}";
    await Deno.writeTextFile(
      `${folder}/a.test.yaml`,
      `graphs: [rgd.yaml]\ntests: [{name: a, instance: ${cup}, expect: {state: ACTIVE}}]\n`,
    );
    const rgd = `${folder}/rgd.yaml`;
    const commands = [
      ["validate", "--offline", "-f", rgd],
      ["render", "-f", rgd],
      ["graph", "-f", rgd],
      ...["rbac", "crd", "jsonschema", "instance", "docs"].map((
        kind,
      ) => ["generate", kind, "-f", rgd]),
      ["test", folder],
    ];
    for (const args of commands) {
      const [code, text] = await kro(args, "");
      assert.match(
        text,
        /rgd\.yaml:8:7: cup: warning: .*unknown field "includeWhenn", .*"includeWhen"\? \[UNKNOWN\]/,
        args.join(" "),
      );
      assert.equal(code, 0, text);
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
