/** Runs kro's bundle with exactly the Deno permissions that it has in production. */
import assert from "node:assert/strict";
import { bundle } from "../../../deploy/tasks/bundle.ts";
import { BUNDLE_FLAGS, permissionFlags, type Role } from "../../../src/cli/mod.ts";
import { installOwnCrds, sharedControlPlane, startKro } from "../../support/cluster/mod.ts";

/**
 * Runs the bundle with the Deno permissions that kro has in production, and waits until the bundle exits.
 * `role` selects the permissions of `kro controller` or of the other commands.
 */
async function run(role: Role, args: string[]) {
  const { code, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", ...permissionFlags(role), ...BUNDLE_FLAGS, await bundle(), ...args],
    stdin: "null",
    stdout: "null",
    env: { NO_COLOR: "1" },
  }).output();
  return { code, stderr: new TextDecoder().decode(stderr) };
}

Deno.test("the bundled controller becomes ready, serves requests and stops gracefully", async () => {
  const { kubeconfigFor } = await sharedControlPlane();
  const permissions = [...permissionFlags("controller", [kubeconfigFor("kro")]), ...BUNDLE_FLAGS];
  const flags = ["--metrics-bind-address=0", "--log-format=json"];
  await using kro = await startKro(flags, { program: await bundle(), permissions });
  const text = async (path: string) => await (await kro.get(path))!.text();
  assert.ok(Array.isArray(JSON.parse(await text("/graphs")).items));
  assert.match(await text("/metrics"), /^# HELP /m);
  assert.equal(await kro.stop(), 0, kro.log());
  for (const line of kro.logLines()) assert.equal(typeof line.message, "string");
});

Deno.test("a missing Deno permission prints one line that names its flag", async () => {
  const { kubeconfigFor } = await sharedControlPlane();
  const { code, stderr } = await run("controller", [
    "controller",
    `--kubeconfig=${kubeconfigFor("kro")}`,
  ]);
  assert.equal(code, 2, stderr);
  assert.match(stderr, /--allow-read/);
  assert.equal(stderr.trim().split("\n").length, 1, stderr);
});

Deno.test("local commands run with the permissions of their role", async () => {
  const { kubeconfig, kubeconfigFor } = await sharedControlPlane();
  await installOwnCrds(kubeconfig);
  const args = ["reconcile", "-n", "default", "--kubeconfig", kubeconfigFor("kro")];
  const { code, stderr } = await run("local", args);
  assert.equal(code, 0, stderr);
});
