// What a deletion without a controller asks for: all of it once a pass, then only what it waits for.
import assert from "node:assert/strict";
import { main } from "../../../src/cli/mod.ts";
import {
  apply,
  graph,
  groupOf,
  kubectl,
  requests,
  until,
} from "../../support/cluster/controller.ts";
import {
  eventually,
  sharedControlPlane,
  testNamespace,
} from "../../support/controlplane/shared.ts";

const template = (kind: string, name: string) => ({ apiVersion: "v1", kind, metadata: { name } });

Deno.test("live deletion: an object that is held is polled alone, and its holder is named", async () => {
  await using namespace = await testNamespace("live");
  const ns = namespace.name;
  const name = `live${crypto.randomUUID().slice(0, 6)}`;
  const kind = `pairs.${groupOf(name)}`;
  const controlPlane = await sharedControlPlane();
  const dir = await Deno.makeTempDir();
  const kro = async (...args: string[]) => {
    const lines: string[] = [];
    const say = (line: string) => void lines.push(line);
    const at = ["--kubeconfig", controlPlane.kubeconfigFor("kro"), "-n", ns];
    const code = await main([...args, ...at], { out: say, err: say, colour: false });
    assert.equal(code, 0, lines.join("\n"));
  };
  try {
    const rgd = graph(name, {
      kind: "Pair",
      spec: { name: "string | default=one" },
      resources: [
        { id: "config", template: template("ConfigMap", "${schema.spec.name}") },
        { id: "account", template: template("ServiceAccount", "${config.metadata.name}") },
      ],
    });
    const apiVersion = `${groupOf(name)}/v1alpha1`;
    const instance = { apiVersion, kind: "Pair", metadata: { name: "one" }, spec: {} };
    const files = { rgd: JSON.stringify(rgd), instance: JSON.stringify(instance) };
    for (const [file, text] of Object.entries(files)) {
      await Deno.writeTextFile(`${dir}/${file}.json`, text);
    }
    await kro("apply", "-f", `${dir}/rgd.json`, "-f", `${dir}/instance.json`);
    await apply({
      ...template("ServiceAccount", "one"),
      metadata: { name: "one", finalizers: ["example.com/hold"] },
    }, ns);

    const served = () => controlPlane.kubectl(["get", kind, "-n", ns]);
    await eventually("kubectl knows the kind", async () => (await served()).code === 0);

    const since = new Date();
    const deletion = kro("delete", "-f", `${dir}/instance.json`);
    const message = await until(
      kind,
      "one",
      ns,
      (o) =>
        o.status?.conditions?.find((c: { message?: string }) =>
          c.message?.includes("example.com/hold")
        ),
    );
    assert.ok(message);
    const asked = async (verb: string, resource: string) =>
      (await requests(since)).filter((r) => r.verb === verb && r.resource === resource).length;
    await eventually("several looks", async () => await asked("get", "serviceaccounts") > 3);
    // Two passes list all of it: the one that deletes, and the one that names who holds it.
    assert.equal(await asked("list", "configmaps"), 2);
    assert.equal(await asked("list", "serviceaccounts"), 3);

    const free = JSON.stringify([{ op: "remove", path: "/metadata/finalizers" }]);
    await kubectl(["patch", "sa", "one", "-n", ns, "--type=json", "-p", free]);
    await deletion;
    const deleted = (await requests(since)).filter((r) => r.verb === "delete")
      .map((r) => `${r.resource} ${r.name}`);
    assert.deepEqual(deleted, ["pairs one", "serviceaccounts one", "configmaps one"]);
  } finally {
    await kro("delete", "-f", `${dir}/rgd.json`);
    await Deno.remove(dir, { recursive: true });
    await kubectl(["delete", "crd", kind, "--ignore-not-found", "--wait=false"]);
  }
});
