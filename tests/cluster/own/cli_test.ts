/** Tests of `kro apply`, `kro delete` and `kro reconcile` with one graph, on a real control plane. */
import assert from "node:assert/strict";
import { configMap, eventually, installOwnCrds } from "../../support/cluster/mod.ts";
import { example, results, rgdOf } from "./cli_fixtures.ts";

Deno.test("apply creates the objects, a second apply changes nothing, delete leaves only the CRD", async () => {
  await using e = await example();
  const first = await e.succeed("apply", "-f", e.dir);
  assert.deepEqual(results(first.stdout), {
    ResourceGraphDefinition: "Active",
    ServiceAccount: "created",
    Deployment: "created",
    Service: "created",
    HttpbinApp: "ACTIVE",
  });
  const deployment = await e.get("deployment", "httpbin");
  assert.equal(deployment.metadata.labels["kro.run/node-id"], "deployment");
  const service = await e.get("service", "httpbin");
  assert.deepEqual(service.spec.selector, deployment.spec.template.metadata.labels);

  const again = await e.succeed("apply", "-f", e.dir);
  assert.equal(results(again.stdout).Deployment, "unchanged");
  const after = await e.get("deployment", "httpbin");
  assert.equal(after.metadata.generation, deployment.metadata.generation);

  await e.succeed("delete", "-f", e.dir);
  for (const kind of ["serviceaccount", "deployment", "service"]) {
    assert.equal(await e.get(kind, "httpbin"), undefined, kind);
  }
  assert.equal(await e.get(e.kind, "demo-httpbin"), undefined);
  assert.equal(await e.get("rgd", e.namespace), undefined);
  assert.ok(await e.get("crd", e.kind), "the generated CRD stays");
  await eventually(
    "the revisions are gone",
    async () => await e.get("graphrevisions", `${e.namespace}-r00001`) === undefined,
  );
});

Deno.test("commands that publish one RGD at the same time all succeed", async () => {
  await using e = await example();
  const apply = () => e.kro("apply", "-f", `${e.dir}/rgd.yaml`, "--force-local");
  for (const result of await Promise.all([apply(), apply(), apply()])) {
    assert.equal(result.code, 0, result.stderr);
  }
  await e.succeed("delete", "-f", `${e.dir}/rgd.yaml`);
});

Deno.test("apply removes fields that a file lost since kubectl applied it", async () => {
  await using e = await example();
  await installOwnCrds(e.kubeconfig);
  const map = configMap("map", "${schema.metadata.name}", { a: "${schema.spec.a}" });
  const rgd = (fields: object) => rgdOf(e.group, "Kept", fields, [map]);
  const instance = (spec: object) => ({
    apiVersion: `${e.group}/v1alpha1`,
    kind: "Kept",
    metadata: { name: "a", namespace: e.namespace },
    spec,
  });
  const byKubectl = async (object: object) =>
    assert.equal(
      (await e.kubectl(["apply", "-f", "-"], { stdin: JSON.stringify(object) })).code,
      0,
    );
  const byKro = async (object: object) => {
    await Deno.writeTextFile(`${e.dir}/object.json`, JSON.stringify(object));
    await e.succeed("apply", "-f", `${e.dir}/object.json`);
  };
  const a = 'string | default="1"';
  try {
    await byKubectl(rgd({ a, b: "string" }));
    await byKro(rgd({ a, b: "string" }));
    await byKubectl(instance({ a: "2", b: "x" }));
    await byKro(instance({}));
    const applied = await e.get(`kepts.${e.group}`, "a");
    assert.deepEqual(applied.spec, { a: "1" });
    const lastApplied = "kubectl.kubernetes.io/last-applied-configuration";
    assert.equal(applied.metadata.annotations[lastApplied], undefined);
    assert.equal((await e.get("configmap", "a")).data.a, "1");

    await byKubectl(rgd({ a, b: "string", c: "string" }));
    await byKro({
      ...rgd({ a, b: "string" }),
      metadata: {
        name: `kept.${e.group}`,
        annotations: { "kro.run/allow-breaking-changes": "true" },
      },
    });
    const { spec } = await e.get("rgd", `kept.${e.group}`);
    assert.deepEqual(spec.schema.spec, { a, b: "string" });
  } finally {
    await e.kro("delete", `kepts.${e.group}/a`);
    await e.kro("delete", `rgd/kept.${e.group}`);
    await e.kubectl(["delete", "crd", `kepts.${e.group}`, "--ignore-not-found"]);
  }
});

Deno.test("reconcile repairs drifted objects", async () => {
  await using e = await example();
  await e.succeed("apply", "-f", e.dir);
  const patch = '{"spec":{"selector":{"app":"other"}}}';
  await e.kubectl(["patch", "service", "httpbin", "-n", e.namespace, "--type=merge", "-p", patch]);
  const { stdout } = await e.succeed("reconcile", `${e.kind}/demo-httpbin`);
  assert.equal(results(stdout).Service, "configured");
  assert.deepEqual((await e.get("service", "httpbin")).spec.selector, {
    app: "httpbin",
    version: "v1",
  });
  await e.kro("delete", "-f", e.dir);
});

Deno.test("apply leaves instances to a live controller, unless --force-local is set", async () => {
  await using e = await example();
  const spec = {
    holderIdentity: "somebody_1",
    leaseDurationSeconds: 60,
    renewTime: new Date().toISOString().replace("Z", "000Z"),
  };
  const lease = {
    apiVersion: "coordination.k8s.io/v1",
    kind: "Lease",
    metadata: { name: "controller.kro.run", namespace: e.namespace },
    spec,
  };
  await e.kubectl(["apply", "-f", "-"], { stdin: JSON.stringify(lease) });
  const left = await e.kro("apply", "-f", `${e.dir}/rgd.yaml`, "--timeout", "3s");
  assert.equal(left.code, 1);
  assert.match(left.stderr, /left to the controller somebody_1 in namespace cli-/);
  assert.match(left.stderr, /timed out/);
  assert.equal(await e.get("crd", e.kind), undefined, "the command reconciled nothing itself");
  await e.succeed("apply", "-f", e.dir, "--force-local");
  await e.kro("delete", "-f", e.dir, "--force-local");
  // Removes the Lease. The Lease names a holder that does not exist, and other tests would wait for this
  // holder.
  await e.kubectl(["delete", "lease", "controller.kro.run", "-n", e.namespace]);
});
