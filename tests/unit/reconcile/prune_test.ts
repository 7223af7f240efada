/** Tests that objects are pruned when an RGD no longer contains them. */
import assert from "node:assert/strict";
import { Annotation, ApiError, type JsonObject, Label } from "../../../src/api/mod.ts";
import { inventoryHash } from "../../../src/reconcile/mod.ts";
import { compileYaml, condition, configMap, mapNode, SECRET, states, world } from "./fixtures.ts";

const kinds = (w: Awaited<ReturnType<typeof world>>) =>
  w.instance().metadata.annotations!["applyset.kubernetes.io/contains-group-kinds"];

const secret = (name: string, more = "") => `
  - id: secret
    ${more}
    template: {apiVersion: v1, kind: Secret, metadata: {name: "${name}"}}`;

Deno.test("a node removed from the RGD is pruned, and its kind is removed from the inventory", async () => {
  const w = await world(`resources:${mapNode("a", "x")}${secret("s")}`);
  w.create();
  await w.pass();
  assert.equal(kinds(w), "ConfigMap,Secret");
  w.graph = (await compileYaml(`resources:${mapNode("a", "x")}`)).graph;
  const outcome = await w.pass();
  assert.deepEqual(outcome.removed.map((o) => [o.kind, o.action]), [["Secret", "pruned"]]);
  assert.deepEqual(w.counts(), { delete: 1, patch: 1 });
  assert.equal(kinds(w), "ConfigMap");
  await w.pass();
  assert.deepEqual(w.counts(), {});
});

Deno.test("a node that is not ready does not block the pruning of removed nodes", async () => {
  const never = mapNode("a", "x", "\n    readyWhen: [\"${a.data.value == 'y'}\"]");
  const w = await world(`resources:${never}${secret("s")}`);
  w.create();
  await w.pass();
  w.graph = (await compileYaml(`resources:${never}`)).graph;
  await w.pass();
  assert.equal(w.cluster.objects().some((o) => o.kind === "Secret"), false);
});

Deno.test("a renamed object stays until its successor is ready", async () => {
  const yaml = (name: string) =>
    `resources:${secret(name, "readyWhen: [\"${has(secret.data) && 'ok' in secret.data}\"]")}`;
  const w = await world(yaml("old"));
  w.create();
  await w.pass();
  const ref = (name: string) => ({ kind: SECRET, namespace: "default", name });
  w.cluster.edit(ref("old"), (d) => d.data = { ok: "MQ==" });
  await w.converge();
  w.graph = (await compileYaml(yaml("new"))).graph;
  const outcome = await w.pass();
  assert.deepEqual(states(outcome), { secret: "Waiting" });
  assert.ok(w.peek(ref("old")), "the old object stays");
  w.cluster.edit(ref("new"), (d) => d.data = { ok: "MQ==" });
  await w.pass();
  assert.equal(w.peek(ref("old")), undefined);
});

Deno.test("nothing is pruned while a node waits for data", async () => {
  const w = await world(`resources:${mapNode("a", "x")}${secret("s")}`);
  w.create();
  await w.pass();
  w.graph = (await compileYaml(`
resources:
  - id: ext
    externalRef: {apiVersion: v1, kind: ConfigMap, metadata: {name: missing}}
${mapNode("a", "${ext.metadata.name}")}`)).graph;
  await w.pass();
  assert.equal(w.cluster.objects().some((o) => o.kind === "Secret"), true);
  assert.equal(kinds(w), "ConfigMap,Secret");
});

Deno.test("the kind of a pruned object with a finalizer stays in the inventory until the object is deleted", async () => {
  const w = await world(`resources:${mapNode("a", "x")}${secret("s")}`);
  w.create();
  await w.pass();
  const ref = { kind: SECRET, namespace: "default", name: "s" };
  w.cluster.edit(ref, (d) => d.metadata.finalizers = ["example.com/hold"]);
  w.graph = (await compileYaml(`resources:${mapNode("a", "x")}`)).graph;
  const outcome = await w.pass();
  assert.equal(outcome.state, "ACTIVE");
  assert.equal(outcome.next.kind, "wait");
  assert.equal(kinds(w), "ConfigMap,Secret");
  w.cluster.edit(ref, (d) => delete d.metadata.finalizers);
  await w.pass();
  assert.equal(kinds(w), "ConfigMap");
});

Deno.test("an object with copied labels is not a member and is not deleted", async () => {
  const w = await world(`resources:${mapNode("a", "x")}`);
  w.create();
  await w.pass();
  const { labels } = w.configMap("demo-a")!.metadata;
  w.cluster.put(configMap("copy").kind, {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "copy", namespace: "default", labels },
  }, "some-controller");
  await w.pass();
  assert.ok(w.configMap("copy"));
  w.cluster.evict(w.ref());
  await w.pass();
  assert.deepEqual(w.configMaps(), ["copy"]);
});

Deno.test("the inventory stays unchanged if discovery fails for one of its kinds", async () => {
  const w = await world(`resources:${mapNode("a", "x")}${secret("s")}`);
  w.create();
  await w.pass();
  w.graph = (await compileYaml(`resources:${mapNode("a", "x")}`)).graph;
  w.cluster.serves = () =>
    Promise.reject(new ApiError("discovery is stale", { reason: "Timeout" }));
  const outcome = await w.pass();
  assert.equal(outcome.state, "IN_PROGRESS");
  assert.equal(
    condition(outcome.instance, "ResourcesReady").message,
    "resource reconciliation failed: list orphans failed: discovery is stale",
  );
  assert.equal(kinds(w), "ConfigMap,Secret");
});

Deno.test("a kind that is no longer served is removed from the inventory", async () => {
  const w = await world(`resources:${mapNode("a", "x")}${secret("s")}`);
  w.create();
  await w.pass();
  w.graph = (await compileYaml(`resources:${mapNode("a", "x")}`)).graph;
  w.cluster.removeKind(SECRET);
  assert.equal((await w.pass()).state, "ACTIVE");
  assert.equal(kinds(w), "ConfigMap");
});

Deno.test("omit() removes a field that was applied before", async () => {
  const yaml = `
schema: {spec: {on: boolean | default=true}}
resources:
  - id: a
    template:
      apiVersion: v1
      kind: ConfigMap
      metadata: {name: a}
      data: {x: "\${schema.spec.on ? 'v' : omit()}", y: "1"}`;
  const w = await world(yaml, { omit: true });
  w.create();
  await w.pass();
  assert.deepEqual(w.configMap("a")!.data as JsonObject, { x: "v", y: "1" });
  w.change({ on: false });
  await w.pass();
  assert.deepEqual(w.configMap("a")!.data as JsonObject, { y: "1" });
});

Deno.test("a kind without objects is removed from the inventory", async () => {
  const w = await world(`
resources:${mapNode("a", "x")}`);
  w.create();
  await w.pass();
  const names = (kinds: string) => {
    const { metadata } = w.instance();
    const { [Label.applySetId]: id = "" } = metadata.labels!;
    return {
      [Annotation.groupKinds]: kinds,
      [Annotation.inventoryHash]: inventoryHash(id, kinds, ""),
    };
  };
  w.cluster.edit(w.ref(), (d) => Object.assign(d.metadata.annotations!, names("ConfigMap,Secret")));
  const outcome = await w.pass();
  assert.deepEqual(outcome.removed, []);
  assert.equal(w.instance().metadata.annotations![Annotation.groupKinds], "ConfigMap");
});
