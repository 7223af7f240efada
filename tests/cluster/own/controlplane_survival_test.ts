import assert from "node:assert/strict";
import { startControlPlane } from "../../support/controlplane/mod.ts";
import { isRunning } from "../../support/runner/survivors.ts";
import { eventually } from "../../support/cluster/mod.ts";

const mod = import.meta.resolve("../../support/controlplane/mod.ts");
const without = ["kube-controller-manager", "kube-scheduler", "kwok"] as const;

Deno.test("the components die with the process that started them, even by SIGKILL", async () => {
  const code = `import { startControlPlane } from "${mod}";
    const { pids, dir } = await startControlPlane({ without: ${JSON.stringify(without)} });
    console.log(JSON.stringify({ pids, dir }));
    setInterval(() => {}, 1e6);`;
  const runner = new Deno.Command(Deno.execPath(), { args: ["eval", code], stdout: "piped" })
    .spawn();
  const reader = runner.stdout.getReader();
  const { pids, dir } = JSON.parse(new TextDecoder().decode((await reader.read()).value));
  assert.deepEqual(Object.keys(pids), ["etcd", "kube-apiserver"]);
  const running = () => Promise.all(Object.values<number>(pids).map(isRunning));
  assert.deepEqual(await running(), [true, true]);
  runner.kill("SIGKILL");
  await eventually("both components have ended", async () => !(await running()).includes(true));
  await reader.cancel();
  await runner.status;
  await Deno.remove(dir, { recursive: true });
});

Deno.test("a component that exits by itself is reported; stop ends the other ones and removes the folder", async () => {
  const controlPlane = await startControlPlane({ without: [...without] });
  const { pids, dir } = controlPlane;
  try {
    Deno.kill(pids["kube-apiserver"]!, "SIGKILL");
    const { message } = await controlPlane.failure;
    assert.match(message, /^kube-apiserver was ended by SIGKILL; its last lines:\n {4}\S/);
    assert.equal(await isRunning(pids.etcd!), true);
  } finally {
    await controlPlane.stop();
  }
  assert.equal(await isRunning(pids.etcd!), false);
  await assert.rejects(Deno.stat(dir), Deno.errors.NotFound);
});

Deno.test("start fails with the last lines of a component that cannot start", async () => {
  const assets = await Deno.makeTempDir();
  const script = "#!/bin/sh\necho cannot open the disk\nexit 3\n";
  for (const name of ["etcd", "kube-apiserver", "kubectl"]) {
    await Deno.writeTextFile(`${assets}/${name}`, script, { mode: 0o755 });
  }
  const code = `import { startControlPlane } from "${mod}";
    await startControlPlane({ without: ${JSON.stringify(without)} }).catch((error) => {
      console.log(error.message);
      Deno.exit(1);
    });`;
  const { code: exit, stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", code],
    env: { KUBEBUILDER_ASSETS: assets },
  }).output();
  await Deno.remove(assets, { recursive: true });
  assert.equal(exit, 1);
  assert.equal(
    new TextDecoder().decode(stdout),
    "etcd ended with exit code 3; its last lines:\n    cannot open the disk\n",
  );
});
