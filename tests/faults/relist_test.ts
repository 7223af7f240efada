/** What happens between two lists: objects that came by our own write and went before the watch was back. */
import assert from "node:assert/strict";
import { type KindRef, Label } from "../../src/api/mod.ts";
import { ChildCaches } from "../../src/controller/cache/children.ts";
import { ClusterSchemas } from "../../src/controller/schemas.ts";
import { connect, Discovery, loadConfig } from "../../src/kube/mod.ts";
import { eventually, sharedControlPlane, testNamespace } from "../controlplane/testing.ts";
import { kubeconfig } from "../controlplane/users.ts";
import { FaultProxy, refuse } from "./proxy/mod.ts";

const MAP: KindRef = {
  group: "",
  version: "v1",
  kind: "ConfigMap",
  plural: "configmaps",
  namespaced: true,
};

Deno.test("a child that was made and deleted while its kind could not be watched is not there", async () => {
  const { server, ca, token, kubeconfig: direct } = await sharedControlPlane();
  await using space = await testNamespace("relist");
  await using proxy = await FaultProxy.start({ server, ca });
  const file = await Deno.makeTempFile();
  const text = kubeconfig(await proxy.url("kro"), proxy.ca, "kro", token("kro"));
  await Deno.writeTextFile(file, text);
  const client = connect(await loadConfig({ kubeconfig: file }), { userAgent: "kro/devel" });
  const admin = connect(await loadConfig({ kubeconfig: direct }), { userAgent: "user" });
  const children = new ChildCaches(client, new ClusterSchemas(client, new Discovery(client)));
  try {
    await children.ensure(MAP, "test");
    const store = children.store(MAP)!;
    const woken: string[] = [];
    children.onChange(({ name }) => woken.push(name));
    await eventually("watched", () => Promise.resolve(proxy.watches.size === 1));

    proxy.script = ({ verb }) => verb === "watch" ? refuse(410) : undefined;
    for (const watch of proxy.watches) watch.expire();
    const lists = () => proxy.record.filter((e) => e.verb === "list" && e.ended).length;
    await eventually("listed again, in vain", () => Promise.resolve(lists() >= 2));
    const ref = { kind: MAP, namespace: space.name, name: "child" };
    const labels = {
      [Label.owned]: "true",
      [Label.instanceId]: "u1",
      [Label.instanceName]: "demo",
      [Label.instanceNamespace]: space.name,
      [Label.instanceGroup]: "x.dev",
      [Label.instanceVersion]: "v1",
      [Label.instanceKind]: "Demo",
    };
    const metadata = { namespace: ref.namespace, name: ref.name, labels };
    const desired = { apiVersion: "v1", kind: "ConfigMap", metadata };
    // No list may fall between its coming and its going: the next one has to wait.
    const gate = Promise.withResolvers<void>();
    proxy.script = ({ verb }) =>
      verb === "list"
        ? { name: "later", forward: false, hold: gate.promise, instead: "break" }
        : verb === "watch"
        ? refuse(410)
        : undefined;
    store.begin(ref, "apply");
    store.applied(
      ref,
      desired,
      await client.apply(ref, desired, { fieldManager: "kro.run/applyset" }),
    );
    assert.ok(store.get(ref));
    await admin.delete(ref);
    proxy.script = () => undefined;
    gate.resolve();
    await eventually("watched again", () => Promise.resolve(proxy.watches.size === 1));
    await eventually("it is gone", () => Promise.resolve(store.get(ref) === undefined), 10);
    assert.deepEqual(woken, ["demo"]);
  } finally {
    children.stop();
    client.close();
    admin.close();
    await Deno.remove(file);
  }
});
