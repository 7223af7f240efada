/** Tests of the commands that explain instances whose RGD was deleted, or whose graph the caller may not read. */
import assert from "node:assert/strict";
import {
  configMap,
  eventually,
  kroTest,
  kubectl,
  NAME,
  serviceAccountIn,
  sharedControlPlane,
} from "../../support/cluster/mod.ts";
import { runCommand } from "../../support/command.ts";

const PLAIN = { kind: "Plain", resources: [configMap("map", `${NAME}-map`, { a: "b" })] };

const KEEPS_CRD = { controller: { allowCrdDeletion: false } };

kroTest("an instance whose RGD was deleted is listed and explained", async (s) => {
  const graph = await s.graph(PLAIN);
  await graph.create("app");
  await graph.active("app");
  const kubeconfig = (await sharedControlPlane()).kubeconfigFor("kro");
  const kro = (...args: string[]) =>
    runCommand([...args, "--kubeconfig", kubeconfig, "-n", s.namespace]);
  await kubectl(["delete", "rgd", graph.rgd.name]);
  const kind = `plain.${graph.group}`;
  const cause = `no ResourceGraphDefinition defines the kind Plain of ${graph.group}/`;

  const whole = await kro("why", `${kind}/app`);
  assert.match(whole.stdout, new RegExp(`is not reconciled\n  ${cause}.*\nnext: apply a `));
  const node = await kro("why", `${kind}/app`, "map");
  assert.match(node.stderr, new RegExp(`cannot explain "map" of .*: ${cause}`));
  const { stdout } = await kro("describe", `${kind}/app`);
  assert.match(stdout, new RegExp(`^Graph: +none$[^]*^Waits:\n  ${cause}[^]*^Next steps:\n`, "m"));

  const listed = await kro("get", kind);
  assert.match(listed.stdout, /^app +ACTIVE/m);
  assert.match(listed.stderr, new RegExp(`^warning: ${cause}`));

  // No controller runs, so the command has to delete the objects without the RGD.
  await s.restart(async () => {
    await kubectl(["delete", kind, "app", "-n", s.namespace, "--wait=false"]);
    const leaving = await kro("why", `${kind}/app`);
    const step = /^next: if no controller deletes it: kro (.*)$/m.exec(leaving.stdout);
    assert.ok(step, leaving.stdout);
    const deleted = await kro(...step[1]!.split(" -n ")[0]!.split(" "), "--force-local");
    assert.equal(deleted.code, 0, deleted.stderr);
    assert.equal(await s.cluster.find({ kind: "ConfigMap", name: "app-map" }), undefined);
  });
}, KEEPS_CRD);

kroTest("an account without rights to read the graph gets no false statement", async (s) => {
  const graph = await s.graph(PLAIN);
  await graph.create("app");
  await graph.active("app");
  await using account = await serviceAccountIn(s.namespace, "user");
  const kro = (...args: string[]) =>
    runCommand([...args, "--kubeconfig", account.kubeconfig, "-n", s.namespace]);
  const app = `plain.${graph.group}/app`;

  const refused = await kro("why", app);
  assert.equal(refused.code, 1);
  assert.match(refused.stderr, /^error: GET .* is forbidden: User "system:serviceaccount:/);

  await kubectl([
    ...["create", "role", "user", "-n", s.namespace],
    ...["--verb=get,list", `--resource=${graph.crd.name}`],
  ]);
  await kubectl([
    ...["create", "rolebinding", "user", "-n", s.namespace],
    ...["--role=user", `--serviceaccount=${s.namespace}:user`],
  ]);
  await eventually("the role applies", async () => (await kro("why", app)).code === 0);
  const { stdout } = await kro("why", app);
  assert.match(stdout, /^Plain \S+\/app: ACTIVE; its nodes are unknown\n/);
  assert.match(stdout, /^ {2}the graph of the kind cannot be read: .* is forbidden/m);
  assert.match((await kro("describe", app)).stdout, /^Graph: +unknown$/m);
  const node = await kro("why", app, "map");
  assert.match(node.stderr, /^error: cannot explain "map" of .*: the graph of the kind cannot be/);
});
