/** The bundle under exactly the permissions of production. */
import assert from "node:assert/strict";
import { bundle } from "../../../deploy/tasks/bundle.ts";
import { permissionFlags, type Role } from "../../../src/cli/mod.ts";
import { freePorts } from "../../support/controlplane/api.ts";
import { eventually, sharedControlPlane } from "../../support/controlplane/shared.ts";

function start(role: Role, kubeconfigs: string[], path: string, args: string[]) {
  return new Deno.Command(Deno.execPath(), {
    args: ["run", ...permissionFlags(role, kubeconfigs), path, ...args],
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
    env: { NO_COLOR: "1" },
  }).spawn();
}

async function outputOf(child: Deno.ChildProcess) {
  const { code, stdout, stderr } = await child.output();
  const text = new TextDecoder();
  return { code, stdout: text.decode(stdout), stderr: text.decode(stderr) };
}

Deno.test("the bundled controller becomes ready, serves, and ends in order", async () => {
  const controlPlane = await sharedControlPlane();
  const crds = new URL("../../../deploy/crds", import.meta.url).pathname;
  await controlPlane.kubectl(["apply", "--server-side", "-f", crds]);
  const path = await bundle();
  const kubeconfig = controlPlane.kubeconfigFor("kro");
  const [port] = freePorts(1) as [number];
  const url = `http://127.0.0.1:${port}`;
  const child = start("controller", [kubeconfig], path, [
    "controller",
    `--kubeconfig=${kubeconfig}`,
    `--health-probe-bind-address=127.0.0.1:${port}`,
    "--metrics-bind-address=0",
    "--log-format=json",
  ]);
  const output = outputOf(child);
  const get = async (path: string) => {
    const response = await fetch(url + path).catch(() => undefined);
    return response && { status: response.status, text: await response.text() };
  };
  try {
    await eventually("ready", async () => (await get("/readyz"))?.status === 200);
    assert.ok(Array.isArray(JSON.parse((await get("/graphs"))!.text).items));
    assert.match((await get("/metrics"))!.text, /^# HELP /m);
  } finally {
    child.kill("SIGTERM");
  }
  const { code, stderr } = await output;
  assert.equal(code, 0, stderr);
  for (const line of stderr.trim().split("\n")) {
    assert.equal(typeof JSON.parse(line).message, "string", line);
  }
});

Deno.test("a permission that is missing is one line that names its flag", async () => {
  const controlPlane = await sharedControlPlane();
  const path = await bundle();
  const args = ["controller", `--kubeconfig=${controlPlane.kubeconfigFor("kro")}`];
  const { code, stderr } = await outputOf(start("controller", [], path, args));
  assert.equal(code, 2, stderr);
  assert.match(stderr, /--allow-read/);
  assert.equal(stderr.trim().split("\n").length, 1, stderr);
});

Deno.test("local commands run under theirs", async () => {
  const controlPlane = await sharedControlPlane();
  const path = await bundle();
  const args = ["reconcile", "-n", "default", "--kubeconfig", controlPlane.kubeconfigFor("kro")];
  const { code, stderr } = await outputOf(start("local", [], path, args));
  assert.equal(code, 0, stderr);
});
