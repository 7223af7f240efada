/**
 * Tests of collections (forEach): each combination of values creates one object, and existing
 * objects keep their names when other values change.
 */
import assert from "node:assert/strict";
import { condition, configMap, foreignMap, mapNode, states, world } from "./fixtures.ts";

const REGIONS = `
schema:
  spec: {names: "[]string", tiers: "[]string | default=[\\"x\\"]"}
  status: {made: "\${size(maps)}", first: "\${maps[0].metadata.name}"}
resources:
  - id: maps
    forEach: [{name: "\${schema.spec.names}"}, {tier: "\${schema.spec.tiers}"}]
    template:
      apiVersion: v1
      kind: ConfigMap
      metadata: {name: "\${name}-\${tier}"}
      data: {name: "\${name}"}
${mapNode("after", "${string(size(maps))}")}`;

Deno.test("a collection is the product of its dimensions, the first one outermost", async () => {
  const w = await world(REGIONS);
  w.create({ names: ["b", "a"], tiers: ["1", "2"] });
  const outcome = await w.pass();
  assert.deepEqual(outcome.nodes[0]!.objects.map((o) => o.name), ["b-1", "b-2", "a-1", "a-2"]);
  assert.deepEqual(w.counts(), { patch: 1, apply: 5, writeStatus: 1 });
  const { labels } = w.configMap("a-1")!.metadata;
  assert.equal(labels!["kro.run/collection-index"], "2");
  assert.equal(labels!["kro.run/collection-size"], "4");
  assert.deepEqual((outcome.instance!.status as { made: number }).made, 4);
  await w.pass();
  assert.deepEqual(w.counts(), {});
});

Deno.test("a shrinking collection prunes in the same pass and relabels the rest; a growing one adds", async () => {
  const w = await world(REGIONS);
  w.create({ names: ["a", "b", "c"] });
  await w.pass();
  w.change({ names: ["c"] });
  const outcome = await w.pass();
  assert.deepEqual(outcome.removed.map((o) => o.name).sort(), ["a-x", "b-x"]);
  const { labels } = w.configMap("c-x")!.metadata;
  assert.equal(labels!["kro.run/collection-index"], "0");
  assert.equal(labels!["kro.run/collection-size"], "1");
  assert.deepEqual(w.configMap("demo-after")!.data, { value: "1" });
  w.change({ names: ["c", "d"] });
  await w.pass();
  assert.deepEqual(w.configMaps(), ["c-x", "d-x", "demo-after"]);
});

Deno.test("an empty collection is ready, and its former items are pruned", async () => {
  const w = await world(REGIONS);
  w.create({ names: ["a"] });
  await w.pass();
  w.change({ names: [] });
  const outcome = await w.pass();
  assert.equal(outcome.state, "ACTIVE");
  assert.deepEqual(w.configMaps(), ["demo-after"]);
  assert.deepEqual(w.configMap("demo-after")!.data, { value: "0" });
  assert.equal("first" in (outcome.instance!.status as object), false);
});

Deno.test("a collection over the size limit creates nothing, and the condition names the limit", async () => {
  const w = await world(REGIONS);
  w.context = { ...w.context, maxCollectionSize: 5 };
  w.create({ names: ["a", "b", "c"], tiers: ["1", "2"] });
  const outcome = await w.pass();
  assert.equal(outcome.state, "ERROR");
  assert.match(
    condition(outcome.instance, "ResourcesReady").message!,
    /collection size of 6 is over the maximum collection size of 5/,
  );
  assert.deepEqual(w.configMaps(), []);
});

Deno.test("two items with the same name are refused before any item is created", async () => {
  const w = await world(REGIONS);
  w.create({ names: ["a", "a"] });
  const outcome = await w.pass();
  assert.match(
    outcome.nodes[0]!.reason!,
    /^node "maps" identity collision: duplicate identity: v1\/ConfigMap\/default\/a-x$/,
  );
  assert.deepEqual(w.configMaps(), []);
});

Deno.test("a collection that fails to resolve prunes nothing", async () => {
  const w = await world(REGIONS);
  w.create({ names: ["a", "b"] });
  await w.pass();
  w.change({ names: ["a", "a"] });
  const outcome = await w.pass();
  assert.equal(outcome.state, "ERROR");
  assert.deepEqual(w.configMaps(), ["a-x", "b-x", "demo-after"]);
});

Deno.test("dependents of a collection wait until all its items are ready", async () => {
  const w = await world(`
schema: {spec: {names: "[]string"}}
resources:
  - id: maps
    forEach: [{name: "\${schema.spec.names}"}]
    readyWhen: ["\${each.data.?ready.orValue('') == 'yes'}"]
    template:
      apiVersion: v1
      kind: ConfigMap
      metadata: {name: "\${name}"}
${mapNode("after", "${string(size(maps))}")}`);
  w.create({ names: ["a", "b"] });
  await w.pass();
  w.cluster.edit(configMap("a"), (d) => d.data = { ready: "yes" });
  assert.deepEqual(states(await w.pass()), { maps: "Waiting", after: "Pending" });
  w.cluster.edit(configMap("b"), (d) => d.data = { ready: "yes" });
  assert.deepEqual(states(await w.pass()), { maps: "Ready", after: "Ready" });
});

Deno.test("a refused item fails the node with its index, and the other items are applied", async () => {
  const w = await world(REGIONS);
  const labels = { "applyset.kubernetes.io/part-of": "applyset-other-v1" };
  w.cluster.put(configMap("b-x").kind, foreignMap("b-x", {}, { labels }));
  w.create({ names: ["a", "b", "c"] });
  const outcome = await w.pass();
  assert.match(
    outcome.nodes[0]!.reason!,
    /^node "\w+": collection item 1: resource belongs to a different ApplySet: default\/b-x \(v1, Kind=ConfigMap\)/,
  );
  assert.ok(outcome.next.kind === "retry" && outcome.next.refused);
  assert.ok(w.configMap("c-x"));
  assert.deepEqual(w.configMap("b-x")!.data, {});
});

Deno.test("a collection over another collection follows its changes", async () => {
  const w = await world(`
schema: {spec: {names: "[]string"}}
resources:
  - id: bases
    forEach: [{name: "\${schema.spec.names}"}]
    template: {apiVersion: v1, kind: ConfigMap, metadata: {name: "base-\${name}"}}
  - id: copies
    forEach: [{base: "\${bases}"}]
    template: {apiVersion: v1, kind: ConfigMap, metadata: {name: "copy-\${base.metadata.name}"}}`);
  w.create({ names: ["a", "b"] });
  assert.equal((await w.converge()).state, "ACTIVE");
  assert.deepEqual(w.configMaps(), ["base-a", "base-b", "copy-base-a", "copy-base-b"]);
  w.change({ names: ["b"] });
  await w.converge();
  assert.deepEqual(w.configMaps(), ["base-b", "copy-base-b"]);
});
