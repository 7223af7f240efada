/** Tests of the cache that keeps the rendered objects of a collection for the next reconciliation. */
import assert from "node:assert/strict";
import type { KubeObject } from "../../../src/api/mod.ts";
import { ExpansionCache, reconcile } from "../../../src/reconcile/mod.ts";
import { configMap, mapNode, type World, world } from "./fixtures.ts";

const NAMES = Array.from({ length: 60 }, (_, i) => `n${i}`);

const graph = (value: string) => `
schema:
  spec: {names: "[]string", value: string | default=x}
resources:
${mapNode("first", "v")}
  - id: maps
    forEach: [{name: "\${schema.spec.names}"}]
    template:
      apiVersion: v1
      kind: ConfigMap
      metadata: {name: "\${name}"}
      data: {value: "\${${value}}"}`;

async function pass(w: World, instance: KubeObject, expansions: ExpansionCache): Promise<void> {
  const outcome = await reconcile(w.graph, instance, w.cluster, { ...w.context, expansions });
  assert.equal(outcome.state, "ACTIVE");
}

/**
 * Creates an instance, and reconciles it until nothing changes. Then reconciles it once more with an
 * ExpansionCache. `cached` returns what the cache contains for the collection.
 */
async function converged(value: string) {
  const w = await world(graph(value));
  w.create({ names: NAMES });
  await w.converge();
  const expansions = new ExpansionCache();
  const instance = w.instance();
  await pass(w, instance, expansions);
  return {
    w,
    expansions,
    instance,
    cached: () => expansions.get(instance, w.graph.nodes.get("maps")!),
  };
}

Deno.test("a collection is not expanded again for the same instance object, and its drift is repaired", async () => {
  const { w, expansions, instance, cached } = await converged("name + schema.spec.value");
  const objects = cached();
  assert.equal(objects?.length, NAMES.length);
  w.cluster.edit(configMap("n7"), (d) => d.data = { value: "other" });
  await pass(w, instance, expansions);
  assert.deepEqual(w.configMap("n7")!.data, { value: "n7x" });
  assert.equal(cached(), objects);
});

Deno.test("a changed instance expands its collection again", async () => {
  const w = await world(graph("name + schema.spec.value"));
  w.create({ names: NAMES });
  const expansions = new ExpansionCache();
  await pass(w, w.instance(), expansions);
  w.change({ value: "y" });
  await pass(w, w.instance(), expansions);
  assert.deepEqual(w.configMap("n7")!.data, { value: "n7y" });
});

Deno.test("a collection that reads other nodes is expanded in every pass", async () => {
  const { cached } = await converged("name + first.data.value");
  assert.equal(cached(), undefined);
});

Deno.test("the cache is bounded and evicts the least recently used collection", async () => {
  const w = await world(graph("name"));
  const node = w.graph.nodes.get("maps")!;
  const expansions = new ExpansionCache();
  const instances = [1, 2, 3, 4, 5].map((i) => w.create({ names: [] }, `i${i}`));
  const objects = Array<KubeObject>(1000).fill(instances[0]!);
  for (const instance of instances.slice(0, 4)) expansions.keep(instance, node, objects);
  assert.equal(expansions.get(instances[0]!, node), objects);
  expansions.keep(instances[4]!, node, objects);
  const known = instances.map((instance) => expansions.get(instance, node) !== undefined);
  assert.deepEqual(known, [true, false, true, true, true]);
  expansions.keep(instances[1]!, node, objects.slice(0, 10));
  assert.equal(expansions.get(instances[1]!, node), undefined, "a small collection is not cached");
});
