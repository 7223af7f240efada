/** Runs the script with which the GitHub workflow that releases kro tests the executable and the image. */
import assert from "node:assert/strict";
import { dirname } from "node:path";
import {
  kubectl,
  sharedControlPlane,
  startController,
  testNamespace,
} from "../../support/cluster/mod.ts";

const script = new URL("../../../deploy/release/example.sh", import.meta.url).pathname;

Deno.test("the script of the release applies the example, waits until it is ready, and deletes it", async () => {
  const controlPlane = await sharedControlPlane();
  await using space = await testNamespace("example");
  await using _kro = await startController({ podId: "kro-0" });
  const kubeconfig = await Deno.makeTempFile();
  try {
    await Deno.copyFile(controlPlane.kubeconfig, kubeconfig);
    const context = ["config", "set-context", "--current", `--namespace=${space.name}`];
    await kubectl([...context, `--kubeconfig=${kubeconfig}`]);
    const path = `${dirname(controlPlane.kubectlPath)}:${Deno.env.get("PATH")}`;
    const { success, stdout, stderr } = await new Deno.Command(script, {
      env: { KUBECONFIG: kubeconfig, PATH: path },
    }).output();
    const output = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
    assert.ok(success, output);
    assert.match(output, /^the example became ready and was deleted$/m);
  } finally {
    await Deno.remove(kubeconfig);
    await kubectl(["delete", "crd", "httpbinapps.duffy.xyz", "--ignore-not-found", "--wait=false"]);
  }
});
