/**
 * Tests of writes that the API server rejects. The instance's conditions must name the rejected object, the
 * reason and the field, and kro must continue with the other nodes.
 */
import assert from "node:assert/strict";
import type { JsonObject } from "../../../src/api/mod.ts";
import {
  condition,
  configMap,
  inState,
  kroTest,
  NAME,
  type Scenario,
  service,
  serviceAccount,
  type TestGraph,
} from "../../support/cluster/mod.ts";

/**
 * Applies an RGD with three nodes: `node`, which the API server may reject; a node that depends on
 * it; and a node that does not depend on it.
 */
async function withBystander(s: Scenario, node: JsonObject, spec: JsonObject = {}) {
  const graph = await s.graph({
    kind: "Refused",
    spec,
    resources: [
      node,
      configMap("after", `${NAME}-after`, { name: `\${${node.id}.metadata.name}` }),
      serviceAccount("bystander", NAME),
    ],
  });
  return graph;
}

async function refused(
  s: Scenario,
  graph: TestGraph,
  text: RegExp,
): Promise<void> {
  const at = graph.instance("one");
  const instance = await s.cluster.until(at, (o) =>
    o.status?.state === "ERROR" &&
    text.test(condition(o, "ResourcesReady").message));
  assert.equal(condition(instance, "Ready").status, "False");
  await s.cluster.until({ kind: "ServiceAccount", name: "one" });
}

kroTest(
  "an instance reports the name and figures of a quota that rejects its object",
  async (s) => {
    await s.cluster.create({
      apiVersion: "v1",
      kind: "ResourceQuota",
      metadata: { name: "few" },
      spec: { hard: { "count/configmaps": "1" } },
    });
    await s.cluster.until({ kind: "ResourceQuota", name: "few" }, (o) => o.status?.hard);
    const graph = await withBystander(s, configMap("cm", `${NAME}-cm`));
    await graph.create("one");
    await refused(s, graph, /one-cm.*exceeded quota: few.*count\/configmaps=1/s);
  },
);

kroTest("an instance names an immutable field, and its object stays unchanged", async (s) => {
  const node = configMap("cm", `${NAME}-cm`, { value: "${schema.spec.value}" });
  (node.template as JsonObject).immutable = true;
  const graph = await withBystander(s, node, { value: "string" });
  await graph.create("one", { value: "a" });
  await graph.active("one");
  const before = await s.cluster.get({ kind: "ConfigMap", name: "one-cm" });
  await s.cluster.patch(graph.instance("one"), { spec: { value: "b" } });
  await refused(s, graph, /one-cm.*data: Forbidden: field is immutable when `immutable` is set/s);
  assert.deepEqual(await s.cluster.get({ kind: "ConfigMap", name: "one-cm" }), before);
  await s.cluster.patch(graph.instance("one"), { spec: { value: "a" } });
  await graph.active("one");
});

kroTest("an instance names a Service's clusterIP that is immutable", async (s) => {
  const node = service("svc", NAME);
  ((node.template as JsonObject).spec as JsonObject).clusterIP = "${schema.spec.ip}";
  const graph = await withBystander(s, node, { ip: "string" });
  await graph.create("one", { ip: "None" });
  await graph.active("one");
  await s.cluster.patch(graph.instance("one"), { spec: { ip: "10.0.0.77" } });
  await refused(
    s,
    graph,
    /one.*spec\.clusterIPs\[0\]: Invalid value.*may not change once set/s,
  );
});

kroTest(
  "an object in a missing or terminating namespace does not block the other nodes",
  async (s) => {
    const gone = `${s.namespace}-gone`;
    const node = configMap("cm", `${NAME}-cm`);
    ((node.template as JsonObject).metadata as JsonObject).namespace = "${schema.spec.at}";
    const graph = await withBystander(s, node, { at: "string" });
    await graph.create("one", { at: gone });
    await refused(s, graph, new RegExp(`namespaces "${gone}" not found`));
    await s.cluster.createNamespace(gone);
    await graph.active("one");

    const leaving = `${s.namespace}-leaving`;
    await s.cluster.createNamespace(leaving);
    const held = { kind: "ConfigMap", name: "held", namespace: leaving };
    await s.cluster.create({
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "held", namespace: leaving, finalizers: ["example.com/hold"] },
    });
    await s.cluster.delete({ kind: "Namespace", name: leaving });
    await s.cluster.patch(graph.instance("one"), { spec: { at: leaving } });
    await refused(s, graph, /because it is being terminated/);
    const old = { kind: "ConfigMap", name: "one-cm", namespace: gone };
    assert.ok(await s.cluster.find(old), "no object is pruned after a failure");
    await s.cluster.patch(held, { metadata: { finalizers: null } });
    await s.cluster.untilGone({ kind: "Namespace", name: leaving });
    await s.cluster.patch(graph.instance("one"), { spec: { at: s.namespace } });
    await graph.active("one");
    await s.cluster.untilGone(old);
    await s.cluster.delete({ kind: "Namespace", name: gone });
  },
);

kroTest("an object of another ApplySet is rejected with that ApplySet's name", async (s) => {
  const part = "applyset-of-somebody-v1";
  await s.cluster.create({
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "one-cm", labels: { "applyset.kubernetes.io/part-of": part } },
  });
  const graph = await withBystander(s, configMap("cm", `${NAME}-cm`, { a: "b" }));
  const before = await s.cluster.get({ kind: "ConfigMap", name: "one-cm" });
  await graph.create("one");
  await refused(s, graph, new RegExp(`one-cm .*belongs to ApplySet "${part}"`));
  assert.deepEqual(await s.cluster.get({ kind: "ConfigMap", name: "one-cm" }), before);
});

kroTest(
  "two instances that create one object at once: one owns it, and the other reports the owner",
  async (s) => {
    const graph = await s.graph({
      kind: "Rival",
      spec: { owner: "string" },
      resources: [configMap("cm", "shared", { owner: "${schema.spec.owner}" })],
    });
    const rivals = ["a", "b", "c", "d"];
    await Promise.all(rivals.map((name) => graph.create(name, { owner: name })));
    const states = await Promise.all(rivals.map(async (name) => {
      const { status } = await s.cluster.until(
        graph.instance(name),
        (o) => ["ACTIVE", "ERROR"].includes(o.status?.state),
      );
      return status.state;
    }));
    const winners = rivals.filter((_, i) => states[i] === "ACTIVE");
    assert.equal(winners.length, 1, states.join());
    const { data } = await s.cluster.get({ kind: "ConfigMap", name: "shared" });
    assert.equal(data.owner, winners[0]);
    const loser = rivals.find((name) => name !== winners[0])!;
    await inState(s, graph.instance(loser), "ERROR", `it is an object of Rival.`);
    await inState(s, graph.instance(loser), "ERROR", `${s.namespace}/${winners[0]}`);
  },
);
