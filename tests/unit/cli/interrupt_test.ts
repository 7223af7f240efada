/** Tests that Ctrl-C during a command that writes files leaves no incomplete file behind. */
import assert from "node:assert/strict";
import { permissionFlags } from "../../../src/cli/mod.ts";
import { guarded } from "../../support/controlplane/guard.ts";
import { eventually } from "../../support/wait.ts";

const MAIN = new URL("../../../main.ts", import.meta.url).pathname;
const EXAMPLE = new URL("../../../deploy/examples/httpbin", import.meta.url).pathname;

/** The exit code of a process that SIGINT has ended. */
const INTERRUPTED = 130;

/** Runs a command in a folder, sends SIGINT as soon as `isDue` returns true, and returns the exit code. */
async function interrupted(folder: string, args: string[], isDue: () => boolean): Promise<number> {
  const kro = guarded(Deno.execPath(), [
    ...["run", "--quiet", ...permissionFlags("local"), MAIN, ...args],
  ], { cwd: folder, env: { NO_COLOR: "1" } });
  const read = Promise.all([
    new Response(kro.output.stdout).text(),
    new Response(kro.output.stderr).text(),
  ]);
  await eventually("the moment of the signal", isDue);
  Deno.kill(kro.pid, "SIGINT");
  const { code } = await kro.status;
  await read;
  return code;
}

const names = (folder: string) => [...Deno.readDirSync(folder)].map(({ name }) => name).sort();

Deno.test("plan --out and record --out write no file before the API server has answered", async () => {
  const folder = await Deno.makeTempDir();
  let requests = 0;
  const answers: PromiseWithResolvers<Response>[] = [];
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, () => {
    requests++;
    const answer = Promise.withResolvers<Response>();
    answers.push(answer);
    return answer.promise;
  });
  try {
    const config = {
      "current-context": "it",
      contexts: [{ name: "it", context: { cluster: "it", user: "it" } }],
      clusters: [{ name: "it", cluster: { server: `http://127.0.0.1:${server.addr.port}` } }],
      users: [{ name: "it", user: {} }],
    };
    await Deno.writeTextFile(`${folder}/kubeconfig`, JSON.stringify(config));
    for (const args of [["plan", "-f", EXAMPLE], ["record", "httpbinapps/demo"]]) {
      requests = 0;
      const more = ["--kubeconfig", "kubeconfig", "--out", "file"];
      const code = await interrupted(folder, [...args, ...more], () => requests > 0);
      assert.deepEqual([code, names(folder)], [INTERRUPTED, ["kubeconfig"]], args.join(" "));
    }
  } finally {
    for (const { resolve } of answers) resolve(new Response());
    await server.shutdown();
    await Deno.remove(folder, { recursive: true });
  }
});

/** The number of snapshots that the interrupted command would write. */
const SNAPSHOTS = 150;

Deno.test("test --update writes each snapshot completely or not at all", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const tests = Array.from({ length: SNAPSHOTS }, (_, i) => ({
      name: `snapshot ${i}`,
      instance: "instance.yaml",
      expect: { snapshot: `snapshots/${i}.yaml` },
    }));
    for (const file of ["rgd.yaml", "instance.yaml"]) {
      await Deno.copyFile(`${EXAMPLE}/${file}`, `${folder}/${file}`);
    }
    await Deno.writeTextFile(
      `${folder}/a.test.yaml`,
      JSON.stringify({ graphs: ["rgd.yaml"], tests }),
    );
    await Deno.mkdir(`${folder}/snapshots`);
    const code = await interrupted(
      folder,
      ["test", "--update"],
      () => names(`${folder}/snapshots`).length > 0,
    );
    const found = names(`${folder}/snapshots`);
    assert.ok([0, INTERRUPTED].includes(code), `exit code ${code}`);
    assert.deepEqual(found.filter((name) => !/^\d+\.yaml$/.test(name)), []);
    const sizes = new Set(found.map((name) => Deno.statSync(`${folder}/snapshots/${name}`).size));
    assert.equal(sizes.size, 1, "all snapshots have the same content");
    assert.ok(!sizes.has(0));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
