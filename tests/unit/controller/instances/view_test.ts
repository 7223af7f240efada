/**
 * Tests of the controller's view of an instance. As soon as a client can read the status that a
 * reconciliation wrote, the view must contain the result of this reconciliation.
 */
import assert from "node:assert/strict";
import type { JsonObject, KindRef, KubeObject } from "../../../../src/api/mod.ts";
import {
  type CachedParts,
  ChildCaches,
  ExternalCaches,
  KeyedMutex,
  RevertBackoff,
} from "../../../../src/clusters/mod.ts";
import { InstanceController } from "../../../../src/controller/instances/instance_controller.ts";
import { Metrics } from "../../../../src/controller/metrics/metrics.ts";
import type { InstanceView } from "../../../../src/controller/view.ts";
import type { KubeClient } from "../../../../src/kube/mod.ts";
import { MemoryCluster } from "../../../../src/reconcile/mod.ts";
import { configMap, graphOf, rgd, SPEC } from "../../graph/fixtures.ts";

const CONFIG_MAP: KindRef = {
  group: "",
  version: "v1",
  kind: "ConfigMap",
  plural: "configmaps",
  namespaced: true,
};

/**
 * Returns a client of an in-memory cluster. `written` is called when a status is stored, before the
 * client receives the response.
 */
function clientOver(
  memory: MemoryCluster,
  written: (status: KubeObject) => void,
): KubeClient {
  const client: Partial<KubeClient> = {
    async *pages({ kind }) {
      const items = await Promise.resolve(memory.objects().filter((o) => o.kind === kind));
      yield { items, resourceVersion: "1" };
    },
    async *watch(_kind, { signal }) {
      await new Promise((resolve) => signal.addEventListener("abort", resolve));
      yield* [];
    },
    get: (ref) => memory.getLive(ref),
    apply: async (ref, object, { force = false }) =>
      (await memory.apply(ref, object, { force })).object,
    mergePatch: (ref, patch) => memory.patch(ref, patch),
    replace: async (ref, object) => {
      const stored = await memory.writeStatus(ref, object);
      written(stored);
      return stored;
    },
  };
  return client as KubeClient;
}

async function setup() {
  const definition = rgd({ spec: SPEC }, [configMap("cm")]);
  const graph = await graphOf(definition);
  const memory = new MemoryCluster();
  const { group, version, kind } = graph.instance;
  memory.put(graph.instance, {
    apiVersion: `${group}/${version}`,
    kind,
    metadata: { namespace: "ns", name: "one" },
    spec: { name: "one", names: [], count: 1, labels: {} },
  });
  const seen: { status: JsonObject; view: InstanceView }[] = [];
  const client = clientOver(memory, ({ status }) => {
    seen.push({ status: status as JsonObject, view: controller.states.view("ns/one")! });
  });
  const schemas = { resolve: () => Promise.resolve(undefined) };
  const parts = {
    client,
    schemas,
    children: new ChildCaches(client, schemas),
    externals: new ExternalCaches(client),
    reverts: new RevertBackoff(),
    locks: new KeyedMutex(),
  } as unknown as CachedParts;
  const now = () => new Date("2026-01-01T00:00:00Z");
  const controller = new InstanceController(graph.instance, {
    parts,
    context: { now, version: "v0.9.4", podId: "pod", maxCollectionSize: 1000 },
    metrics: new Metrics(),
    requeueMs: 0,
    syncTimeoutMs: 10_000,
    mayWrite: () => true,
  }, { add: () => {}, addBackground: () => {} });
  return {
    controller,
    definition,
    graph,
    memory,
    seen,
    stop: async () => {
      await controller.stop();
      parts.children.stop();
    },
  };
}

const shown = ({ state, conditions, nodes }: InstanceView) => ({ state, conditions, nodes });

Deno.test("the view shows a written status before the write returns", async () => {
  const { controller, definition, graph, memory, seen, stop } = await setup();
  memory.put(CONFIG_MAP, {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { namespace: "ns", name: "cm-one" },
    data: { theirs: "1" },
  });
  try {
    await controller.serve({ graph, revision: 1 }, definition);
    assert.equal(await controller.pass("ns/one"), "done");
    const [{ status, view }] = seen as [typeof seen[number]];
    assert.deepEqual(view.conditions, status.conditions);
    assert.equal(view.state, "ACTIVE");
    const [node] = view.nodes;
    assert.equal(node!.state, "Ready");
    assert.deepEqual(node!.objects.map(({ name, adopted }) => [name, adopted]), [["cm-one", true]]);
    assert.equal(view.lastPass, undefined, "the pass has not ended");
    const after = controller.states.view("ns/one")!;
    assert.deepEqual(shown(after), shown(view));
    assert.equal(after.lastPass, "2026-01-01T00:00:00.000Z");

    await controller.serveUnresolved(definition, "no good revision");
    await controller.pass("ns/one");
    assert.equal(seen.length, 2);
    assert.deepEqual(seen[1]!.view.conditions, seen[1]!.status.conditions);
    assert.deepEqual([seen[1]!.view.state, seen[1]!.view.nodes], ["ERROR", []]);
    assert.deepEqual(shown(controller.states.view("ns/one")!), shown(seen[1]!.view));
  } finally {
    await stop();
  }
});
