/**
 * Tests of the manifests in `deploy`: the API server accepts them, and the permissions that they grant
 * suffice to run the example httpbin.
 */
import assert from "node:assert/strict";
import {
  eventually,
  kubectl,
  LIMIT_SECONDS,
  sharedControlPlane,
  startController,
  testNamespace,
} from "../../support/cluster/mod.ts";

const deploy = new URL("../../../deploy", import.meta.url).pathname;

/** The timeout flag for kubectl commands that wait. */
const TIMEOUT = `--timeout=${LIMIT_SECONDS}s`;

Deno.test("the example becomes ACTIVE and is deleted with only the permissions of deploy/install.yaml", async () => {
  const controlPlane = await sharedControlPlane();
  const run = async (...args: string[]) => (await kubectl(args)).trim();
  await run("apply", "--server-side", "-k", deploy);
  await run("apply", "-f", `${deploy}/examples/rbac.yaml`);
  const account = "--as=system:serviceaccount:kro-system:kro";
  const may = ["auth", "can-i", "watch", "apiservices.apiregistration.k8s.io", account];
  // Waits until the API server grants the new permissions. The API server reads roles from a cache, which is
  // updated with a delay.
  await eventually(
    "the right to watch APIServices",
    async () => (await controlPlane.kubectl(may)).stdout.trim() === "yes",
  );
  const token = await run("create", "token", "kro", "-n", "kro-system");

  const dir = await Deno.makeTempDir();
  const kubeconfig = `${dir}/kubeconfig`;
  const config = await Deno.readTextFile(controlPlane.kubeconfigFor("kro"));
  await Deno.writeTextFile(kubeconfig, config.replaceAll(controlPlane.token("kro"), token));
  await using space = await testNamespace("deploy");
  const inSpace = ["-n", space.name];
  const app = ["httpbinapps.duffy.xyz/demo-httpbin", ...inSpace, TIMEOUT];
  const lease = { namespace: "kro-system" };
  await using _kro = await startController({ podId: "kro-0", lease }, { kubeconfig });
  try {
    await run("apply", "-f", `${deploy}/examples/httpbin/rgd.yaml`);
    await run("wait", "rgd/httpbin", "--for=condition=Ready", TIMEOUT);
    await run("apply", ...inSpace, "-f", `${deploy}/examples/httpbin/instance.yaml`);
    await run("wait", ...app, "--for=jsonpath={.status.availableReplicas}=2");
    await run("delete", ...app);
    assert.equal(await run("get", "deploy,svc", ...inSpace, "-o", "name"), "");
    const holder = ["get", "lease", "controller.kro.run", "-n", "kro-system"];
    assert.match(await run(...holder, "-o", "jsonpath={.spec.holderIdentity}"), /_/);
    await run("delete", "rgd/httpbin", TIMEOUT);
  } finally {
    await Deno.remove(dir, { recursive: true });
    await run("delete", "crd", "httpbinapps.duffy.xyz", "--ignore-not-found", "--wait=false");
    await run("delete", "deployment", "kro", "-n", "kro-system");
  }
});
