/** Tests how `kro plan --out` and `kro record --out` treat a path that cannot be written. */
import assert from "node:assert/strict";
import { permissionFlags } from "../../../src/cli/mod.ts";
import { runCommand } from "../../support/command.ts";

const example = new URL("../../../deploy/examples/httpbin", import.meta.url).pathname;

/** A kubeconfig whose API server accepts no connections. */
const KUBECONFIG = JSON.stringify({
  "current-context": "it",
  contexts: [{ name: "it", context: { cluster: "it", user: "it" } }],
  clusters: [{ name: "it", cluster: { server: "http://127.0.0.1:1" } }],
  users: [{ name: "it", user: {} }],
});

/** Calls `use` with a folder that contains the file `kubeconfig`, and removes the folder afterwards. */
async function withFolder(use: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${folder}/kubeconfig`, KUBECONFIG);
    await use(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Returns the command lines of both commands with `--out`, and what their errors call the file. */
function commands(folder: string, out: string): [what: string, args: string[]][] {
  const more = ["--kubeconfig", `${folder}/kubeconfig`, "--out", out];
  return [
    ["plan", ["plan", "-f", example, ...more]],
    ["record", ["record", "httpbinapps/demo", ...more]],
  ];
}

Deno.test("a path of --out that cannot be written is refused before the first request", async () => {
  await withFolder(async (folder) => {
    for (
      const [path, reason] of [
        [`${folder}/none/file`, "No such file or directory"],
        [folder, "Is a directory"],
      ] as const
    ) {
      for (const [what, args] of commands(folder, path)) {
        const { code, stdout, stderr } = await runCommand(args);
        assert.equal(stderr, `error: cannot write the ${what} to ${path}: ${reason}`);
        assert.deepEqual([code, stdout], [2, ""]);
      }
    }
  });
});

Deno.test("a path of --out that Deno does not permit is refused in kro's own words", async () => {
  await withFolder(async (folder) => {
    for (const [what, args] of commands(folder, "/proc/self/fd/1")) {
      const { code, stderr } = await new Deno.Command(Deno.execPath(), {
        args: ["run", ...permissionFlags("local"), "main.ts", ...args],
        env: { NO_COLOR: "1" },
      }).output();
      assert.equal(
        new TextDecoder().decode(stderr),
        `error: cannot write the ${what} to /proc/self/fd/1: Deno does not permit kro to write there; ` +
          "name a file in another folder\n",
      );
      assert.equal(code, 2);
    }
  });
});

Deno.test("a command that fails leaves the file of --out as it was", async () => {
  await withFolder(async (folder) => {
    const [before, absent] = [`${folder}/before`, `${folder}/absent`];
    await Deno.writeTextFile(before, "mine");
    for (const path of [before, absent]) {
      for (const [, args] of commands(folder, path)) {
        const { code, stderr } = await runCommand(args);
        assert.match(stderr, /127\.0\.0\.1:1/);
        assert.equal(code, 2);
      }
    }
    assert.equal(await Deno.readTextFile(before), "mine");
    await assert.rejects(Deno.stat(absent), Deno.errors.NotFound);
  });
});
