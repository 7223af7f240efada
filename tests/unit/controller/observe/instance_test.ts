/**
 * Tests of the instance controller of an operator that only observes. The client is in memory and rejects
 * every write.
 */
import assert from "node:assert/strict";
import type { KindRef, KubeObject } from "../../../../src/api/mod.ts";
import type { Reads } from "../../../../src/cel/mod.ts";
import {
  type CachedParts,
  ChildCaches,
  ExternalCaches,
  KeyedMutex,
  RevertBackoff,
} from "../../../../src/clusters/mod.ts";
import { InstanceController } from "../../../../src/controller/instances/instance_controller.ts";
import { Metrics } from "../../../../src/controller/metrics/metrics.ts";
import { Observer } from "../../../../src/controller/observe/observer.ts";
import type { KubeClient } from "../../../../src/kube/mod.ts";
import { type Cluster, MemoryCluster, reconcile } from "../../../../src/reconcile/mod.ts";
import { configMap, graphOf, rgd, SPEC } from "../../graph/fixtures.ts";

const CONFIG_MAP: KindRef = {
  group: "",
  version: "v1",
  kind: "ConfigMap",
  plural: "configmaps",
  namespaced: true,
};
const NOW = new Date("2026-01-01T00:00:00Z");
const CONTEXT = { now: () => NOW, version: "v0.9.4", podId: "pod", maxCollectionSize: 1000 };
const AT = { kind: CONFIG_MAP, namespace: "ns", name: "cm-one" };

const RESOURCES = [configMap("cm", { data: { ours: "a" } })];

/** Returns a client of an in-memory cluster. The client has methods for reading, but none for writing. */
function readerOf(memory: MemoryCluster): KubeClient {
  const client: Partial<KubeClient> = {
    async *pages({ kind }, { labelSelector } = {}) {
      const items = memory.objects().filter((o) =>
        o.kind === kind && (!labelSelector || o.metadata.labels?.["kro.run/owned"] === "true")
      );
      yield await Promise.resolve({ items, resourceVersion: "1" });
    },
    async *watch(_kind, { signal }) {
      await new Promise((resolve) => signal.addEventListener("abort", resolve));
      yield* [];
    },
    get: (ref) => memory.getLive(ref),
  };
  return client as KubeClient;
}

/**
 * Starts a controller that only observes, in a cluster in which another controller has already reconciled the
 * instance.
 */
async function setup(
  change: (memory: MemoryCluster) => Promise<unknown> = async () => {},
  secretInputs: () => Reads = () => new Map(),
) {
  const definition = rgd({ spec: SPEC }, RESOURCES);
  const graph = await graphOf(definition);
  const memory = new MemoryCluster();
  const { group, version, kind } = graph.instance;
  memory.put(graph.instance, {
    apiVersion: `${group}/${version}`,
    kind,
    metadata: { namespace: "ns", name: "one" },
    spec: { name: "one", names: [], count: 1, labels: {} },
  });
  const instance = (await memory.getLive({ kind: graph.instance, namespace: "ns", name: "one" }))!;
  await reconcile(graph, instance, memory as Cluster, CONTEXT);
  await change(memory);
  const client = readerOf(memory);
  const schemas = { resolve: () => Promise.resolve(undefined) };
  const parts = {
    client,
    schemas,
    children: new ChildCaches(client, schemas),
    externals: new ExternalCaches(client),
    reverts: new RevertBackoff(),
    locks: new KeyedMutex(),
  } as unknown as CachedParts;
  const controller = new InstanceController(graph.instance, {
    parts,
    context: CONTEXT,
    metrics: new Metrics(),
    observer: new Observer({ schemas, now: () => NOW, secretInputs }),
    requeueMs: 0,
    syncTimeoutMs: 10_000,
    mayWrite: () => true,
  }, { add: () => {}, addBackground: () => {} });
  await controller.serve({ graph, revision: 1 }, definition);
  const stop = async () => {
    await controller.stop();
    parts.children.stop();
  };
  return { controller, memory, [Symbol.asyncDispose]: stop };
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
