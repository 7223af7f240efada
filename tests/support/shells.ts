/** Runs the completion scripts of kro in real shells. */
import assert from "node:assert/strict";
import { completionScript, type Shell } from "../../src/cli/completion/scripts.ts";

/** A shell whose completion script the tests run. */
export type TestedShell = Exclude<Shell, "kubectl">;

/** Whether a shell is installed. */
export async function hasShell(shell: TestedShell): Promise<boolean> {
  const { success } = await new Deno.Command("sh", { args: ["-c", `command -v ${shell}`] })
    .output();
  return success;
}

/**
 * Returns the words by which a shell completes the last word of a line, sorted.
 *
 * @param kro The content of the program `kro` that the completion script runs.
 * @param line The words of the command line, separated by one space. They contain no quotes.
 */
export async function completionsIn(
  shell: TestedShell,
  kro: string,
  line: string,
): Promise<string[]> {
  const dir = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${dir}/kro`, kro, { mode: 0o755 });
    await Deno.writeTextFile(`${dir}/script`, completionScript(shell));
    await Deno.writeTextFile(`${dir}/corner.json`, "");
    await Deno.writeTextFile(`${dir}/test`, ASK[shell](line));
    const { stdout, stderr, code } = await new Deno.Command(shell, {
      args: [`${dir}/test`],
      cwd: dir,
      env: { PATH: `${dir}:${Deno.env.get("PATH")}`, XDG_CONFIG_HOME: dir, XDG_DATA_HOME: dir },
    }).output();
    const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
    assert.equal(code, 0, `${text(stdout)}${text(stderr)}`);
    return text(stdout).split("\n").filter(Boolean).sort();
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

/**
 * Functions that return a shell script for a command line. The script loads kro's completion script, and
 * prints the completions of the line.
 */
const ASK: Record<TestedShell, (line: string) => string> = {
  bash: (line) =>
    `source ./script
COMP_LINE="${line}"; COMP_POINT=\${#COMP_LINE}; COMP_WORDS=(kro); _kro
printf '%s\\n' "\${COMPREPLY[@]}"
`,
  // Without a terminal, zsh has no completion system. The completion script calls two functions of this
  // system, which are replaced here.
  zsh: (line) =>
    `_describe() { print -rl -- "\${(@)\${(@P)4}%%:*}" }
_files() { print -rl -- *\${words[CURRENT]}*(N) }
source ./script
words=("\${(@s: :)\${:-${line}}}"); CURRENT=\${#words}; _kro
`,
  fish: (line) =>
    `source ./script
complete -C '${line}' | string replace -r '\\t.*' ''; or true
`,
};
