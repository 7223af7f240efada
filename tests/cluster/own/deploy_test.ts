/** The manifests of `deploy`: accepted by the API server, and enough for the example. */
import assert from "node:assert/strict";
import { Controller } from "../../../src/controller/mod.ts";
import { connect, loadConfig } from "../../../src/kube/mod.ts";
import { eventually, sharedControlPlane } from "../../support/controlplane/shared.ts";

const deploy = new URL("../../../deploy", import.meta.url).pathname;

Deno.test("with the roles of deploy/rbac and no more, the example becomes ACTIVE and goes", async () => {
  const controlPlane = await sharedControlPlane();
  const kubectl = async (...args: string[]) => {
    const { code, stdout, stderr } = await controlPlane.kubectl(args);
    assert.equal(code, 0, `kubectl ${args.join(" ")}: ${stderr}`);
    return stdout.trim();
  };
  await kubectl("apply", "--server-side", "-f", `${deploy}/crds`);
  await kubectl("apply", "-f", `${deploy}/rbac`);
  await kubectl("apply", "-f", `${deploy}/controller.yaml`, "--dry-run=server");
  const account = "--as=system:serviceaccount:kro-system:kro";
  const apis = ["can-i", "watch", "apiservices.apiregistration.k8s.io", account];
  assert.equal(await kubectl("auth", ...apis), "yes");
  const token = await kubectl("create", "token", "kro", "-n", "kro-system");

  const dir = await Deno.makeTempDir();
  const path = `${dir}/kubeconfig`;
  const config = await Deno.readTextFile(controlPlane.kubeconfigFor("kro"));
  await Deno.writeTextFile(path, config.replaceAll(controlPlane.token("kro"), token));
  const client = connect(await loadConfig({ kubeconfig: path }), { userAgent: "kro/devel" });
  const lease = { namespace: "kro-system" };
  const controller = new Controller({ client, version: "devel", podId: "kro-0", lease });
  try {
    controller.start();
    await eventually("ready", () => Promise.resolve(controller.readiness().ready));
    await kubectl("create", "namespace", "deploy-test");
    await kubectl("apply", "-f", `${deploy}/examples/httpbin/rgd.yaml`);
    await kubectl("wait", "rgd/httpbin", "--for=condition=Ready", "--timeout=30s");
    await kubectl("apply", "-n", "deploy-test", "-f", `${deploy}/examples/httpbin/instance.yaml`);
    const wait = [
      "wait",
      "httpbinapps.duffy.xyz/demo-httpbin",
      "-n",
      "deploy-test",
      "--timeout=30s",
    ];
    await kubectl(...wait, "--for=jsonpath={.status.availableReplicas}=2");
    await kubectl(
      "delete",
      "httpbinapps.duffy.xyz/demo-httpbin",
      "-n",
      "deploy-test",
      "--timeout=30s",
    );
    assert.equal(await kubectl("get", "deploy,svc", "-n", "deploy-test", "-o", "name"), "");
    const holder = ["get", "lease", "controller.kro.run", "-n", "kro-system"];
    assert.match(await kubectl(...holder, "-o", "jsonpath={.spec.holderIdentity}"), /_/);
    await kubectl("delete", "rgd/httpbin", "--timeout=30s");
  } finally {
    await controller.stop();
    client.close();
    await Deno.remove(dir, { recursive: true });
    await kubectl("delete", "crd", "httpbinapps.duffy.xyz", "--ignore-not-found", "--wait=false");
    await kubectl("delete", "namespace", "deploy-test", "--ignore-not-found", "--wait=false");
  }
});
