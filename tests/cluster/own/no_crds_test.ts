/** Tests of commands on a cluster without kro's CRDs. */
import assert from "node:assert/strict";
import { apiOnly, startControlPlane } from "../../support/controlplane/mod.ts";
import { kubectl } from "../../support/cluster/mod.ts";
import { runCommand } from "../../support/command.ts";

const example = new URL("../../../deploy/examples/httpbin", import.meta.url).pathname;

Deno.test("commands on a cluster without kro's CRDs plan them, or say how to install them", async (t) => {
  await using plane = await startControlPlane({ without: apiOnly });
  const run = (...args: string[]) => runCommand([...args, "--kubeconfig", plane.kubeconfig]);

  await t.step("kro plan plans an RGD with its instance, and installs nothing", async () => {
    const { code, stdout, stderr } = await run("plan", "-f", example);
    assert.equal(code, 1, stderr);
    assert.match(stdout, /ResourceGraphDefinition httpbin: created/);
    assert.match(stdout, /created Deployment default\/httpbin \(node deployment\)/);
    assert.match(stdout, /kro's own CustomResourceDefinitions are missing and would be installed/);
    assert.equal(await kubectl(["get", "crd", "-o", "name"], { on: plane }), "");
  });

  await t.step("kro plan of an instance alone says how to install the CRDs", async () => {
    const { code, stderr } = await run("plan", "-f", `${example}/instance.yaml`);
    assert.equal(code, 2);
    assert.match(
      stderr,
      /kro's CustomResourceDefinitions are missing in this cluster: run kro apply/,
    );
  });

  for (const args of [["reconcile"], ["graph", "httpbin"], ["generate", "rbac", "--all"]]) {
    await t.step(`kro ${args.join(" ")} says how to install the CRDs`, async () => {
      const { code, stderr } = await run(...args);
      assert.equal(code, 2);
      assert.match(
        stderr,
        /kro's CustomResourceDefinitions are missing in this cluster: run kro apply/,
      );
    });
  }
});
