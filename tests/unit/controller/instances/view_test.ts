/**
 * Tests of the controller's view of an instance. As soon as a client can read the status that a
 * reconciliation wrote, the view must contain the result of this reconciliation.
 */
import assert from "node:assert/strict";
import type { JsonObject, KubeObject } from "../../../../src/api/mod.ts";
import type { InstanceView } from "../../../../src/controller/view.ts";
import type { KubeClient } from "../../../../src/kube/mod.ts";
import type { MemoryCluster } from "../../../../src/reconcile/mod.ts";
import { configMap, graphOf, rgd, SPEC } from "../../graph/fixtures.ts";
import { clusterWithInstance, CONFIG_MAP, controllerOver, readsOf } from "../instance_fixtures.ts";

/**
 * Returns a client of an in-memory cluster. `written` is called when a status is stored, before the
 * client receives the response.
 */
function clientOver(
  memory: MemoryCluster,
  written: (status: KubeObject) => void,
): KubeClient {
  const client: Partial<KubeClient> = {
    ...readsOf(memory),
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
  const memory = clusterWithInstance(graph.instance);
  const seen: { status: JsonObject; view: InstanceView }[] = [];
  const client = clientOver(memory, ({ status }) => {
    seen.push({ status: status as JsonObject, view: controller.states.view("ns/one")! });
  });
  const changes: string[] = [];
  const { controller, stop } = controllerOver(client, graph.instance, undefined, ({ state }) => {
    changes.push(state);
  });
  return { controller, definition, graph, memory, seen, changes, stop };
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

Deno.test("a suspended instance keeps the nodes of its last pass", async () => {
  const { controller, definition, graph, changes, stop } = await setup();
  try {
    await controller.serve({ graph, revision: 1 }, definition);
    await controller.pass("ns/one");
    const { nodes } = controller.states.view("ns/one")!;
    assert.deepEqual(nodes.map(({ id, state }) => [id, state]), [["cm", "Ready"]]);
    const annotations = { "kro.run/reconcile": "suspended" };
    const suspended = { ...definition, metadata: { ...definition.metadata, annotations } };
    await controller.serve({ graph, revision: 1 }, suspended);
    changes.length = 0;
    await controller.pass("ns/one");
    await controller.pass("ns/one");
    assert.equal(changes.length, 1, "a suspension is a change, a further pass is none");
    const view = controller.states.view("ns/one")!;
    assert.equal(view.conditions.find(({ type }) => type === "ResourcesReady")!.status, "False");
    assert.deepEqual(view.nodes, nodes);
    const object = { node: "cm", namespace: "ns", name: "cm-one" };
    assert.equal(controller.states.objectRef("ns/one", graph, object)?.name, "cm-one");
    await controller.serve({ graph, revision: 1 }, definition);
    await controller.pass("ns/one");
    assert.equal(changes.length, 2, "the end of a suspension is a change");
  } finally {
    await stop();
  }
});
