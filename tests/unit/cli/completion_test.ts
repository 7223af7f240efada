/** Tests of completion: the words for incomplete command lines, and the script in a real bash. */
import assert from "node:assert/strict";
import { complete, type Names } from "../../../src/cli/completion/candidates.ts";
import { completionScript, SHELLS } from "../../../src/cli/completion/scripts.ts";
import { programName } from "../../../src/cli/program_name.ts";
import { createProgram } from "../../../src/cli/program.ts";
import { runCommand } from "../../support/command.ts";

const program = createProgram({ out() {}, err() {}, colour: false }, () => {}, "kro");

const NAMES: Names = {
  graphs: () => Promise.resolve(["mall", "shop"]),
  kinds: ({ context = "" }) => Promise.resolve(context === "other" ? [] : ["malls", "shops"]),
  instances: ({ namespace = "default" }, kind) => Promise.resolve([`${kind}-in-${namespace}`]),
  namespaces: () => Promise.resolve(["default", "kube-system"]),
};

/** Returns the values that complete the last word of the line. */
async function values(...words: string[]): Promise<string[]> {
  return (await complete(program, words, NAMES)).candidates.map(({ value }) => value);
}

Deno.test("commands, subcommands, flags and values are completed", async () => {
  const commands = await values("");
  assert.ok(commands.includes("record") && commands.includes("completion"));
  assert.ok(!commands.includes("__complete"));
  assert.deepEqual(await values("rec"), ["reconcile", "record"]);
  assert.deepEqual(await values("generate", "j"), ["jsonschema"]);
  assert.deepEqual(await values("replay", "--ou"), ["--output"]);
  assert.deepEqual(await values("replay", "--no-"), ["--no-color"]);
  assert.deepEqual(await values("replay", "-o", ""), ["text", "json", "yaml"]);
  assert.deepEqual(await values("replay", "--output=j"), ["--output=json"]);
  assert.deepEqual(await values("completion", ""), [...SHELLS]);
  assert.deepEqual(await values("version", ""), []);
  assert.deepEqual(await values("nothing", ""), []);
});

Deno.test("names of graphs, kinds, instances and namespaces come from the cluster of the flags", async () => {
  assert.deepEqual(await values("graph", "s"), ["shop"]);
  assert.deepEqual(await values("record", ""), ["malls/", "shops/"]);
  assert.deepEqual(await values("record", "shops/"), ["shops/shops-in-default"]);
  assert.deepEqual(await values("record", "-n", "x", "shops/"), ["shops/shops-in-x"]);
  assert.deepEqual(await values("record", "--namespace=y", "shops/"), ["shops/shops-in-y"]);
  assert.deepEqual(await values("record", "--context", "other", ""), []);
  assert.deepEqual(await values("record", "-n", "kube"), ["kube-system"]);
  assert.deepEqual(await values("record", "shops/a", ""), [], "record takes one instance");
  assert.deepEqual(await values("delete", "shops/a", "m"), ["malls/"]);
  assert.equal((await complete(program, ["record", "sh"], NAMES)).space, false);
  assert.equal((await complete(program, ["replay", ""], NAMES)).files, true);
  assert.equal((await complete(program, ["apply", "-f", ""], NAMES)).files, true);
});

Deno.test("an unreachable cluster gives no names and prints no error", async () => {
  const config = await Deno.makeTempFile();
  try {
    await Deno.writeTextFile(
      config,
      "apiVersion: v1\nkind: Config\ncurrent-context: c\ncontexts: [{name: c, context: {cluster: k, user: u}}]\n" +
        'clusters: [{name: k, cluster: {server: "http://127.0.0.1:1"}}]\nusers: [{name: u, user: {}}]\n',
    );
    const result = await runCommand(["__complete", "record", "--kubeconfig", config, "sh"]);
    assert.deepEqual(result, { code: 0, stdout: ":6\n", stderr: "", lines: 0 });
  } finally {
    await Deno.remove(config);
  }
});

Deno.test("the program is kubectl kro if the executable is kubectl-kro", () => {
  assert.equal(programName("/usr/bin/kubectl-kro"), "kubectl kro");
  assert.equal(programName("/usr/bin/kro"), "kro");
  assert.equal(programName(""), "kro");
});

/** The answers of the program that replaces kro in the tests of the scripts, by the words of the call. */
const FAKE = `#!/bin/sh
case "$*" in
  "__complete ") printf 'record\\tsave\\nreplay\\trepeat\\n:4\\n' ;;
  "__complete record sh") printf 'shops/\\n:6\\n' ;;
  "__complete replay --output=j") printf -- '--output=json\\n:4\\n' ;;
  "__complete replay "*) printf ':0\\n' ;;
  *) exit 1 ;;
esac
`;

async function inShell(shell: string, script: string): Promise<string> {
  const dir = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${dir}/kro`, FAKE, { mode: 0o755 });
    await Deno.writeTextFile(`${dir}/script`, completionScript(shell as "bash"));
    await Deno.writeTextFile(`${dir}/corner.json`, "");
    await Deno.writeTextFile(`${dir}/test`, script);
    const command = new Deno.Command(shell, {
      args: [`${dir}/test`],
      cwd: dir,
      env: { PATH: `${dir}:${Deno.env.get("PATH")}` },
    });
    const { stdout, stderr, code } = await command.output();
    assert.equal(code, 0, new TextDecoder().decode(stderr));
    return new TextDecoder().decode(stdout);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

Deno.test("the script completes words in bash", async () => {
  const at = (line: string) =>
    `COMP_LINE="${line}"; COMP_POINT=\${#COMP_LINE}; COMP_WORDS=(kro); _kro; echo "\${COMPREPLY[*]}"\n`;
  const lines = ["kro ", "kro rep", "kro record sh", "kro replay --output=j", "kro replay corn"];
  const text = await inShell(
    "bash",
    `source ./script\n${lines.filter((line) => line !== "kro rep").map(at).join("")}`,
  );
  assert.deepEqual(text.trim().split("\n"), ["record replay", "shops/", "json", "corner.json"]);
});

for (const shell of ["zsh", "fish"]) {
  const isInstalled = await new Deno.Command("sh", { args: ["-c", `command -v ${shell}`] }).output()
    .then(({ success }) => success);
  const name = `the script is valid ${shell}${isInstalled ? "" : ` (ignored: needs ${shell})`}`;
  Deno.test({ name, ignore: !isInstalled, fn: () => checkSyntax(shell) });
}

async function checkSyntax(shell: string): Promise<void> {
  const file = await Deno.makeTempFile();
  try {
    await Deno.writeTextFile(file, completionScript(shell as "zsh"));
    const { success, stderr } = await new Deno.Command(shell, { args: ["-n", file] }).output();
    assert.ok(success, new TextDecoder().decode(stderr));
  } finally {
    await Deno.remove(file);
  }
}

Deno.test("completion prints the script of each shell", async () => {
  for (const shell of SHELLS) {
    const { stdout, code } = await runCommand(["completion", shell]);
    assert.equal(code, 0);
    assert.match(stdout, /__complete/);
  }
  const { code, stderr } = await runCommand(["completion", "powershell"]);
  assert.equal(code, 2);
  assert.match(stderr, /Allowed choices are bash, zsh, fish, kubectl/);
});
