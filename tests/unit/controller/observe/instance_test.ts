/**
 * Tests of the instance controller of an operator that only observes. The client is in memory and rejects
 * every write.
 */
import assert from "node:assert/strict";
import type { KubeObject } from "../../../../src/api/mod.ts";
import type { Reads } from "../../../../src/cel/mod.ts";
import { Observer } from "../../../../src/controller/observe/observer.ts";
import type { KubeClient } from "../../../../src/kube/mod.ts";
import { type Cluster, type MemoryCluster, reconcile } from "../../../../src/reconcile/mod.ts";
import { configMap, graphOf, rgd, SPEC } from "../../graph/fixtures.ts";
import {
  clusterWithInstance,
  CONFIG_MAP,
  CONTEXT,
  controllerOver,
  NOW,
  readsOf,
  SCHEMAS,
} from "../instance_fixtures.ts";

const AT = { kind: CONFIG_MAP, namespace: "ns", name: "cm-one" };

const RESOURCES = [configMap("cm", { data: { ours: "a" } })];

/**
 * Starts a controller that only observes, in a cluster in which another controller has already reconciled the
 * instance. The client of the controller has methods for reading, but none for writing.
 */
async function setup(
  change: (memory: MemoryCluster) => Promise<unknown> = async () => {},
  secretInputs: () => Reads = () => new Map(),
) {
  const definition = rgd({ spec: SPEC }, RESOURCES);
  const graph = await graphOf(definition);
  const memory = clusterWithInstance(graph.instance);
  const instance = (await memory.getLive({ kind: graph.instance, namespace: "ns", name: "one" }))!;
  await reconcile(graph, instance, memory as Cluster, CONTEXT);
  await change(memory);
  const observer = new Observer({ schemas: SCHEMAS, now: () => NOW, secretInputs });
  const client = readsOf(memory) as KubeClient;
  const { controller, stop } = controllerOver(client, graph.instance, observer);
  await controller.serve({ graph, revision: 1 }, definition);
  return { controller, memory, observer, [Symbol.asyncDispose]: stop };
}

Deno.test("an instance that another controller has reconciled has no difference", async () => {
  await using all = await setup();
  assert.equal(await all.controller.pass("ns/one"), "done");
  const { differences, observed } = all.controller.states.view("ns/one")!;
  assert.equal(differences, 0);
  assert.deepEqual(observed, { since: NOW.toISOString(), children: [], instance: [] });
});

Deno.test("a changed, a deleted and a foreign child are differences, and stay as they are", async () => {
  const edit = (data: KubeObject["data"]) => async (memory: MemoryCluster) => {
    const live = (await memory.getLive(AT))!;
    memory.put(CONFIG_MAP, { ...live, data });
  };
  const gone = async (memory: MemoryCluster) => {
    const { uid = "" } = (await memory.getLive(AT))!.metadata;
    await memory.delete(AT, { uid });
  };
  const foreign = async (memory: MemoryCluster) => {
    await gone(memory);
    const metadata = { namespace: "ns", name: "cm-one" };
    memory.put(CONFIG_MAP, { apiVersion: "v1", kind: "ConfigMap", metadata, data: { own: "1" } });
  };
  const cases = [
    { change: edit({ theirs: "1" }), action: "changed" },
    { change: gone, action: "created" },
    { change: foreign, action: "adopted" },
  ];
  for (const { change, action } of cases) {
    await using all = await setup(change);
    const before = JSON.stringify(all.memory.objects());
    const result = await all.controller.pass("ns/one");
    const { differences, observed } = all.controller.states.view("ns/one")!;
    assert.deepEqual(result, { afterMs: 5000, failed: false }, "the log waits for 5 s");
    assert.equal(differences, 1, action);
    const [child] = observed!.children;
    assert.deepEqual([child!.kind, child!.name, child!.action], ["ConfigMap", "cm-one", action]);
    assert.ok(child!.fields.some(({ path }) => path.startsWith("data.")), action);
    assert.equal(JSON.stringify(all.memory.objects()), before);
  }
});

Deno.test("a field that the object's own graph copies into a Secret is an HMAC", async () => {
  const edit = async (memory: MemoryCluster) => {
    memory.put(CONFIG_MAP, { ...(await memory.getLive(AT))!, data: { ours: "edited" } });
  };
  await using all = await setup(edit, () => new Map([["data", new Map([["ours", "whole"]])]]));
  await all.controller.pass("ns/one");
  const [child] = all.controller.states.view("ns/one")!.observed!.children;
  const [field] = child!.fields;
  assert.equal(field!.path, "data.ours");
  for (const value of [field!.old, field!.new]) assert.match(String(value), /^hmac:/);
});

Deno.test("a status of another controller is a difference of the instance itself", async () => {
  const kind = (await graphOf(rgd({ spec: SPEC }, RESOURCES))).instance;
  const ref = { kind, namespace: "ns", name: "one" };
  await using all = await setup(async (memory) => {
    const live = (await memory.getLive(ref))!;
    await memory.writeStatus(ref, { ...live, status: { state: "ERROR", conditions: [] } });
  });
  await all.controller.pass("ns/one");
  const { differences, observed } = all.controller.states.view("ns/one")!;
  assert.equal(differences, 0);
  const paths = observed!.instance.map(({ path }) => path);
  assert.ok(paths.includes("status.state"), paths.join());
  assert.ok(paths.some((path) => path.startsWith("status.conditions[type=")), paths.join());
  assert.ok(!paths.some((path) => path.includes("lastTransitionTime")), paths.join());
});

Deno.test("a kind whose instances are gone has no count, so that no metric keeps a series", async () => {
  await using all = await setup();
  const { controller, observer } = all;
  await controller.pass("ns/one");
  assert.deepEqual(observer.counts().map(({ instances }) => instances), [1]);
  await controller.stop();
  assert.deepEqual(observer.counts(), []);
});
