/**
 * Tests of shell completion: the words that complete a command line, and the completion scripts in real
 * shells.
 */
import assert from "node:assert/strict";
import { complete, type Names } from "../../../src/cli/completion/candidates.ts";
import { SHELLS } from "../../../src/cli/completion/scripts.ts";
import { programName } from "../../../src/cli/program_name.ts";
import { createProgram } from "../../../src/cli/program.ts";
import { runCommand } from "../../support/command.ts";
import { ignoredWithout } from "../../support/missing_tool.ts";
import { completionsIn, hasShell } from "../../support/shells.ts";

const program = createProgram({ out() {}, err() {}, color: false }, () => {}, "kro");

const NAMES: Names = {
  graphs: () => Promise.resolve(["mall", "shop"]),
  kinds: ({ context = "" }) => Promise.resolve(context === "other" ? [] : ["malls", "shops"]),
  instances: ({ namespace = "default" }, kind) => Promise.resolve([`${kind}-in-${namespace}`]),
  namespaces: () => Promise.resolve(["default", "kube-system"]),
};

/** Returns the values with which kro completes the last word of a command line. */
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
  for (const command of ["get", "describe", "why", "record"]) {
    assert.deepEqual(await values(command, "shops", ""), ["shops-in-default"], command);
    assert.deepEqual(await values(command, "shops", "a", ""), [], command);
  }
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

/**
 * A shell script that replaces kro in the tests of the completion scripts. For each of these command lines,
 * the shell script prints the answer that kro would print.
 */
const FAKE = `#!/bin/sh
case "$*" in
  "__complete ") printf 'record\\tsave\\nreplay\\trepeat\\n:4\\n' ;;
  "__complete record sh") printf 'shops/\\n:6\\n' ;;
  "__complete replay --output=j") printf -- '--output=json\\n:4\\n' ;;
  "__complete replay "*) printf ':0\\n' ;;
  *) exit 1 ;;
esac
`;

const COMPLETIONS: [line: string, bash: string[], others?: string[]][] = [
  ["kro ", ["record", "replay"]],
  ["kro record sh", ["shops/"]],
  // bash splits a word at an equals sign, and completes only the part after the equals sign.
  ["kro replay --output=j", ["json"], ["--output=json"]],
  ["kro replay corn", ["corner.json"]],
];

for (const shell of ["bash", "zsh", "fish"] as const) {
  const suffix = ignoredWithout(shell, await hasShell(shell));
  Deno.test({
    name: `the script completes words in ${shell}${suffix}`,
    ignore: suffix !== "",
    fn: async () => {
      for (const [line, inBash, inOthers = inBash] of COMPLETIONS) {
        const expected = shell === "bash" ? inBash : inOthers;
        assert.deepEqual(await completionsIn(shell, FAKE, line), expected, line);
      }
    },
  });
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
