/**
 * Tests of the deletion of an instance. kro deletes the instance's objects in waves, dependent objects first,
 * and removes the finalizer of the instance last.
 */
import assert from "node:assert/strict";
import { ApiError } from "../../../src/api/mod.ts";
import { reconcile } from "../../../src/reconcile/mod.ts";
import { condition, configMap, mapNode, type World, world } from "./fixtures.ts";

const CHAIN = `
schema: {status: {got: "\${a.data.value}"}}
resources:${mapNode("a", "x")}
${mapNode("b", "${a.data.value}")}
${mapNode("c", "${b.data.value}")}`;

async function deleting(yaml = CHAIN): Promise<World> {
  const w = await world(yaml);
  w.create();
  await w.pass();
  w.cluster.evict(w.ref());
  return w;
}

const hold = (w: World, name: string) =>
  w.cluster.edit(configMap(name), (d) => d.metadata.finalizers = ["example.com/hold"]);
const release = (w: World, name: string) =>
  w.cluster.edit(configMap(name), (d) => delete d.metadata.finalizers);

Deno.test("a child with a finalizer blocks the following waves, and the status names it", async () => {
  const w = await deleting();
  hold(w, "demo-b");
  const first = await w.pass();
  assert.deepEqual(w.configMaps(), ["demo-a", "demo-b"]);
  assert.ok(first.next.kind === "wait");
  assert.equal(first.next.reason, "deleting apply-order wave 2");
  assert.deepEqual(
    first.next.objects?.map((o) => o.name),
    ["demo-b"],
    "the objects that the wave waits for",
  );
  assert.equal(first.state, "DELETING");
  assert.equal(condition(first.instance, "ResourcesReady").message, "deleting resources");
  const second = await w.pass();
  assert.equal(
    condition(second.instance, "ResourcesReady").message,
    "deleting resources: waiting for ConfigMap default/demo-b (finalizers: example.com/hold)",
  );
  assert.deepEqual(w.counts(), { writeStatus: 1 });
  await w.pass();
  assert.deepEqual(w.counts(), {});
  release(w, "demo-b");
  const last = await w.pass();
  assert.equal(last.instance, undefined);
  assert.deepEqual(last.next, { kind: "done" });
  assert.deepEqual(w.cluster.objects(), []);
});

Deno.test("during deletion status fields stay, and conditions have the reason UnderDeletion", async () => {
  const w = await deleting();
  hold(w, "demo-c");
  const { instance } = await w.pass();
  const status = instance!.status as { got: string; state: string };
  assert.equal(status.got, "x");
  assert.equal(status.state, "DELETING");
  assert.equal(condition(instance, "ResourcesReady").status, "Unknown");
  assert.equal(condition(instance, "ResourcesReady").reason, "UnderDeletion");
  assert.equal(condition(instance, "Ready").reason, "UnderDeletion");
  assert.equal(condition(instance, "InstanceSynced").status, "False");
  assert.equal(condition(instance, "InstanceManaged").status, "True");
});

Deno.test("during deletion author conditions stay, and kro's ResourcesReady is added", async () => {
  const w = await deleting(`
schema:
  status:
    conditions: ["\${runtime.newCondition({type: 'Mine', status: 'True'})}"]
resources:${mapNode("a", "x")}`);
  hold(w, "demo-a");
  const { conditions } = await w.pass();
  assert.deepEqual(conditions.map((c) => [c.type, c.status]), [
    ["Mine", "True"],
    ["ResourcesReady", "Unknown"],
  ]);
});

Deno.test("a suspended instance is deleted without a graph", async () => {
  const w = await deleting();
  w.cluster.edit(w.ref(), (d) => d.metadata.annotations!["kro.run/reconcile"] = "suspended");
  const outcome = await reconcile({ instance: w.kind }, w.instance(), w.cluster, w.context);
  assert.equal(outcome.instance, undefined);
  assert.deepEqual(outcome.removed.map((o) => o.name), ["demo-c", "demo-b", "demo-a"]);
  assert.deepEqual(w.cluster.objects(), []);
});

Deno.test("members missing from the cache keep the finalizer until they are deleted", async () => {
  const w = await deleting();
  const { listMembers } = w.cluster;
  w.cluster.listMembers = () => Promise.resolve([]);
  hold(w, "demo-a");
  const outcome = await w.pass();
  assert.ok(outcome.instance, "the finalizer keeps the instance");
  w.cluster.listMembers = listMembers;
  release(w, "demo-a");
  await w.pass();
  assert.deepEqual(w.cluster.objects(), []);
});

for (
  const { name, spoil, message } of [
    {
      name: "a missing annotation",
      spoil: (a: Record<string, string>) => delete a["applyset.kubernetes.io/contains-group-kinds"],
      message: /invalid applyset\.kubernetes\.io\/contains-group-kinds annotation/,
    },
    {
      name: "an edited list of kinds",
      spoil: (a: Record<string, string>) => a["applyset.kubernetes.io/contains-group-kinds"] = "",
      message: /invalid internal\.kro\.run\/applyset-inventory-hash annotation/,
    },
    {
      name: "another tool's annotation",
      spoil: (a: Record<string, string>) => a["applyset.kubernetes.io/tooling"] = "kubectl/v1",
      message: /invalid applyset\.kubernetes\.io\/tooling annotation: "kubectl\/v1"/,
    },
  ]
) {
  Deno.test(`${name} in the inventory blocks the deletion and is named in the condition`, async () => {
    const w = await deleting();
    w.cluster.edit(w.ref(), (d) => spoil(d.metadata.annotations!));
    const outcome = await w.pass();
    const text = condition(outcome.instance, "ResourcesReady").message!;
    assert.match(text, /^deletion blocked: validate deletion inventory: /);
    assert.match(text, message);
    assert.equal(outcome.next.kind, "retry");
    assert.equal(w.configMaps().length, 3);
  });
}

Deno.test("failing discovery of a kind blocks the deletion; a kind that is no longer served does not", async () => {
  const w = await deleting();
  w.cluster.serves = () =>
    Promise.reject(new ApiError("discovery is stale", { reason: "Timeout" }));
  const outcome = await w.pass();
  assert.equal(
    condition(outcome.instance, "ResourcesReady").message,
    "deletion blocked: discovery is stale",
  );
  w.cluster.serves = () => Promise.resolve(undefined);
  assert.equal((await w.pass()).instance, undefined);
});

Deno.test("a cached kind is looked up again only if its list is not found", async () => {
  const w = await deleting(`resources:${mapNode("a", "x")}`);
  const lookups: unknown[] = [];
  const { serves } = w.cluster;
  const notFound = () => Promise.reject(new ApiError("not found", { reason: "NotFound" }));
  w.cluster.serves = function (kind, options) {
    lookups.push(options?.fresh ?? false);
    return serves.call(this, kind);
  };
  const { listMembers } = w.cluster;
  w.cluster.listMembers = notFound;
  assert.equal(
    (await w.pass()).next.kind,
    "retry",
    "the kind is served, but its list is not found: retry",
  );
  assert.deepEqual(lookups.splice(0), [false, true]);
  w.cluster.listMembers = listMembers;
  assert.equal((await w.pass()).instance, undefined);
  assert.ok(!lookups.includes(true), "its lists succeed");
});

Deno.test("an instance recreated under the same name takes over the objects of the first", async () => {
  const w = await world(CHAIN);
  w.create();
  await w.pass();
  w.cluster.edit(w.ref(), (d) => d.metadata.finalizers = []);
  w.cluster.evict(w.ref());
  w.create();
  assert.equal((await w.pass()).state, "ACTIVE");
  const { uid } = w.instance().metadata;
  assert.equal(w.configMap("demo-a")!.metadata.labels!["kro.run/instance-id"], uid);
});

Deno.test("an object recreated between list and delete is not deleted", async () => {
  const w = await deleting(`resources:${mapNode("a", "x")}`);
  const original = w.cluster.delete;
  w.cluster.delete = function (ref, options) {
    const labels = w.configMap("demo-a")!.metadata.labels;
    w.cluster.edit(ref, (d) => delete d.metadata.finalizers);
    w.cluster.evict(ref);
    w.cluster.put(ref.kind, {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "demo-a", namespace: "default", labels },
    });
    return original.call(this, ref, options);
  };
  const outcome = await w.pass();
  assert.equal(
    condition(outcome.instance, "ResourcesReady").message,
    "deletion blocked: deletion encountered UID conflicts; retrying",
  );
  assert.deepEqual(w.configMaps(), ["demo-a"]);
});

Deno.test("deletion without kro's finalizer does nothing", async () => {
  const w = await world(`resources:${mapNode("a", "x")}`);
  w.create({}, "demo", { finalizers: ["example.com/other"] });
  w.cluster.evict(w.ref());
  assert.deepEqual((await w.pass()).next, { kind: "done" });
  assert.deepEqual(w.counts(), {});
});

Deno.test("an instance without resources is deleted at once", async () => {
  const w = await deleting("resources: []");
  assert.equal((await w.pass()).instance, undefined);
});
