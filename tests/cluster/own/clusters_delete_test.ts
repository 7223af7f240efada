/**
 * Counts the API requests of `kro delete` without a controller. kro requests each object once per pass
 * over the instance. Later, while a finalizer blocks a deletion, kro requests only the blocked object.
 */
import assert from "node:assert/strict";
import { main } from "../../../src/cli/mod.ts";
import {
  condition,
  eventually,
  KroRequests,
  kubectl,
  sharedControlPlane,
  TestCluster,
} from "../../support/cluster/mod.ts";

const template = (kind: string, name: string) => ({ apiVersion: "v1", kind, metadata: { name } });

Deno.test("live deletion: only the object that a finalizer holds is polled, and the finalizer is named", async () => {
  await using cluster = await TestCluster.open("live");
  const controlPlane = await sharedControlPlane();
  const dir = await Deno.makeTempDir();
  const kro = async (...args: string[]) => {
    const lines: string[] = [];
    const say = (line: string) => void lines.push(line);
    const at = ["--kubeconfig", controlPlane.kubeconfigFor("kro"), "-n", cluster.namespace];
    const code = await main([...args, ...at], { out: say, err: say, color: false });
    assert.equal(code, 0, lines.join("\n"));
  };
  const group = `${cluster.namespace}.example.com`;
  const rgd = {
    apiVersion: "kro.run/v1alpha1",
    kind: "ResourceGraphDefinition",
    metadata: { name: cluster.namespace },
    spec: {
      schema: {
        apiVersion: "v1alpha1",
        group,
        kind: "Pair",
        spec: { name: "string | default=one" },
      },
      resources: [
        { id: "config", template: template("ConfigMap", "${schema.spec.name}") },
        { id: "account", template: template("ServiceAccount", "${config.metadata.name}") },
      ],
    },
  };
  const metadata = { name: "one" };
  const instance = { apiVersion: `${group}/v1alpha1`, kind: "Pair", metadata, spec: {} };
  const account = { kind: "ServiceAccount", name: "one" };
  const hold = (finalizers: string[] | null) =>
    cluster.patch(account, { metadata: { finalizers } });
  let deletion: Promise<void> | undefined;
  try {
    await Deno.writeTextFile(`${dir}/rgd.json`, JSON.stringify(rgd));
    await Deno.writeTextFile(`${dir}/instance.json`, JSON.stringify(instance));
    await kro("apply", "-f", `${dir}/rgd.json`, "-f", `${dir}/instance.json`);
    await hold(["example.com/hold"]);

    using requests = await KroRequests.open();
    deletion = kro("delete", "-f", `${dir}/instance.json`);
    await cluster.until(
      { kind: `Pair.${group}`, name: "one" },
      (o) => condition(o, "ResourcesReady")?.message.includes("example.com/hold"),
    );
    const entries = await requests.take();
    const asked = (verb: string, resource: string) =>
      entries.filter((entry) => entry.verb === verb && entry.resource === resource).length;
    await eventually("several reads of the ServiceAccount", async () => {
      entries.push(...await requests.take());
      return asked("get", "serviceaccounts") > 3;
    });
    // kro lists ConfigMaps in two passes over the instance: the first pass deletes the objects, and
    // the second pass finds the finalizer that blocks the deletion.
    assert.equal(asked("list", "configmaps"), 2);
    assert.equal(asked("list", "serviceaccounts"), 3);

    await hold(null);
    await deletion;
    entries.push(...await requests.take());
    const deleted = entries.filter(({ verb }) => verb === "delete")
      .map(({ resource, name }) => `${resource} ${name}`);
    assert.deepEqual(deleted, ["pairs one", "serviceaccounts one", "configmaps one"]);
  } finally {
    if (await cluster.find(account)) await hold(null);
    await deletion;
    await kro("delete", "-f", `${dir}/rgd.json`);
    await Deno.remove(dir, { recursive: true });
    await kubectl(["delete", "crd", `pairs.${group}`, "--ignore-not-found", "--wait=false"]);
  }
});
