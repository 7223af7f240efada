/**
 * Tests of a deletion that began before kro's process watched the instance's objects. Another client may have
 * removed all labels of an object before the watch started. kro can find this object only by the name that
 * the graph computes.
 */
import assert from "node:assert/strict";
import type { KubeObject } from "../../../src/api/mod.ts";
import { CONFIG_MAP, configMap, foreignMap, mapNode, type World, world } from "./fixtures.ts";

const GRAPH = `
schema: {spec: {wanted: "boolean | default=true", names: "[]string | default=[]"}}
resources:${mapNode("a", "x")}
${mapNode("b", "y", '\n    includeWhen: ["${schema.spec.wanted}"]')}
  - id: c
    template:
      apiVersion: v1
      kind: ConfigMap
      metadata: {name: "\${a.metadata.name}-c"}
  - id: many
    forEach: [{n: "\${schema.spec.names}"}]
    template:
      apiVersion: v1
      kind: ConfigMap
      metadata: {name: "\${schema.metadata.name}-\${n}"}`;

const ALL = ["one-a", "one-a-c", "one-b", "one-x", "one-y"];

/**
 * Returns the environment of an instance that is being deleted. kro's process has restarted since the
 * instance was created, and has not observed its objects.
 */
async function leaving(): Promise<World> {
  const w = await world(GRAPH);
  w.create({ names: ["x", "y"] }, "one");
  await w.converge("one");
  assert.deepEqual(w.configMaps(), ALL);
  w.cluster.evict(w.ref("one"));
  w.context.isUnobserved = true;
  return w;
}

function strip(w: World, name: string, change: (draft: KubeObject) => void = () => {}): void {
  w.cluster.edit(configMap(name), (draft) => {
    delete draft.metadata.labels;
    change(draft);
  });
}

for (
  const names of [["one-a"], ["one-b"], ["one-a-c"], ["one-x", "one-y"], ["one-b", "one-x"], [
    "one-a",
    "one-a-c",
  ]]
) {
  Deno.test(`${names.join(" and ")} without labels: deleted with the instance`, async () => {
    const w = await leaving();
    for (const name of names) strip(w, name);
    assert.equal((await w.converge("one")).instance, undefined);
    assert.deepEqual(w.configMaps(), []);
  });
}

Deno.test("an object with labels of another value is deleted with the instance, too", async () => {
  const w = await leaving();
  w.cluster.edit(configMap("one-a"), ({ metadata: { labels = {} } }) => {
    for (const key of Object.keys(labels)) labels[key] = "other";
  });
  assert.equal((await w.converge("one")).instance, undefined);
  assert.deepEqual(w.configMaps(), []);
});

Deno.test("a deletion waits for the finalizer of an object without labels", async () => {
  const w = await leaving();
  strip(w, "one-a", (draft) => draft.metadata.finalizers = ["example.com/hold"]);
  for (let i = 0; i < 3; i++) {
    const { instance, next } = await w.pass("one");
    assert.ok(instance);
    assert.equal(next.kind === "wait" && next.timed, true);
  }
  assert.deepEqual(w.configMaps(), ["one-a"]);
  w.cluster.edit(configMap("one-a"), (draft) => delete draft.metadata.finalizers);
  assert.equal((await w.converge("one")).instance, undefined);
});

Deno.test("an object of the name that kro never applied is not deleted", async () => {
  const w = await leaving();
  w.cluster.evict(configMap("one-a"));
  w.cluster.put(CONFIG_MAP, foreignMap("one-a", { theirs: "1" }));
  assert.equal((await w.converge("one")).instance, undefined);
  assert.deepEqual(w.configMaps(), ["one-a"]);
});

Deno.test("an object of the name that belongs to another instance is not deleted", async () => {
  const w = await world(GRAPH.replace("${schema.metadata.name}-a", "shared"));
  for (const name of ["one", "two"]) {
    w.create({ names: [] }, name);
    await w.pass(name);
  }
  w.cluster.evict(w.ref("two"));
  w.context.isUnobserved = true;
  assert.equal((await w.converge("two")).instance, undefined);
  assert.ok(w.configMap("shared"));
});

Deno.test("reads only the objects that no list finds, and none if the process observed the instance", async () => {
  const reads = (w: World) => w.cluster.calls.filter(({ verb }) => verb === "getLive").length;
  for (const isUnobserved of [true, false]) {
    const w = await leaving();
    w.context.isUnobserved = isUnobserved;
    strip(w, "one-b");
    w.cluster.edit(configMap("one-a"), (d) => d.metadata.finalizers = ["example.com/hold"]);
    await w.pass("one");
    assert.ok(isUnobserved ? reads(w) > 0 : reads(w) === 0);
    assert.equal(w.configMap("one-b") === undefined, isUnobserved);
  }
  const w = await leaving();
  w.cluster.edit(configMap("one-x"), (d) => d.metadata.finalizers = ["example.com/hold"]);
  await w.pass("one");
  assert.equal(reads(w), 0, "every object has its labels");
});
