// Tests of the readiness of collections (forEach): when a collection becomes ready, and which nodes wait for
// the collection.
import assert from "node:assert/strict";
import {
  condition,
  configMap,
  inState,
  NAME,
  nodeReason,
  pod,
  scenario,
} from "../../support/cluster/mod.ts";

const values = { values: "[]string" };
const forEach = [{ value: "${schema.spec.values}" }];

scenario("collection:1391", "a dependent waits until the last item is ready", async (s) => {
  const graph = await s.graph({
    kind: "Workers",
    spec: values,
    resources: [
      pod("pods", `${NAME}-\${value}`, {
        forEach,
        readyWhen: ["${each.status.phase == 'Running'}"],
      }),
      configMap("coordinator", `${NAME}-coordinator`, {
        count: "${string(size(pods))}",
        first: "${pods[0].metadata.name}",
        ips: "${pods.map(p, has(p.status.podIP) ? p.status.podIP : 'none').join(',')}",
      }),
    ],
  });
  const workers = ["alpha", "beta", "gamma"];
  await graph.create("app", { values: workers });
  await inState(s, graph.instance("app"), "IN_PROGRESS", 'node "pods"');
  assert.deepEqual(await s.cluster.names("Pod"), ["app-alpha", "app-beta", "app-gamma"]);
  assert.deepEqual(await s.cluster.names("ConfigMap"), []);

  const run = async (worker: string, podIP: string) => {
    const status = { phase: "Running", podIP, podIPs: [{ ip: podIP }] };
    await s.cluster.patchStatus({ kind: "Pod", name: `app-${worker}` }, status);
  };
  for (const [index, worker] of workers.slice(0, 2).entries()) {
    await run(worker, `10.0.0.${index}`);
    // Waits until kro has processed the new status of this Pod. kro then reports that the next Pod is not
    // ready.
    await nodeReason(s, graph, "app", "pods", `(${s.namespace}/app-${workers[index + 1]})`);
    await s.idle();
    await inState(s, graph.instance("app"), "IN_PROGRESS", 'node "pods"');
    assert.deepEqual(await s.cluster.names("ConfigMap"), []);
  }
  await run("gamma", "10.0.0.2");
  await graph.active("app");
  const { data } = await s.cluster.get({ kind: "ConfigMap", name: "app-coordinator" });
  assert.deepEqual(data, { count: "3", first: "app-alpha", ips: "10.0.0.0,10.0.0.1,10.0.0.2" });
});

scenario("collection:1577", "readyWhen is evaluated for each item", async (s) => {
  const graph = await s.graph({
    kind: "EachReady",
    spec: values,
    resources: [
      configMap("configs", `${NAME}-\${value}`, { ready: "true" }, {
        forEach,
        readyWhen: ["${each.data.ready == 'true'}", "${each.metadata.name != ''}"],
      }),
    ],
  });
  await graph.create("app", { values: ["one", "two"] });
  await graph.active("app");
  assert.deepEqual(await s.cluster.names("ConfigMap"), ["app-one", "app-two"]);
});

scenario(
  "collection:1677",
  "items without readyWhen are ready as soon as they exist",
  async (s) => {
    const graph = await s.graph({
      kind: "NoReadyWhen",
      spec: values,
      resources: [configMap("configs", `${NAME}-\${value}`, {}, { forEach })],
    });
    await graph.create("app", { values: ["one", "two"] });
    const instance = await graph.active("app");
    assert.equal(condition(instance, "ResourcesReady").reason, "AllResourcesReady");
    assert.deepEqual(await s.cluster.names("ConfigMap"), ["app-one", "app-two"]);
  },
);

scenario(
  "collection:2004",
  "items that are never ready keep the instance IN_PROGRESS, even without dependents",
  async (s) => {
    const graph = await s.graph({
      kind: "HeldBack",
      spec: { ...values, ready: "boolean" },
      resources: [
        configMap("configs", `${NAME}-\${value}`, { ready: "${string(schema.spec.ready)}" }, {
          forEach,
          readyWhen: ["${each.data.ready == 'true'}"],
        }),
      ],
    });
    await graph.create("app", { values: ["a", "b", "c"], ready: false });
    const instance = await inState(s, graph.instance("app"), "IN_PROGRESS", 'node "configs"');
    assert.equal(condition(instance, "Ready").status, "False");
    assert.deepEqual(await s.cluster.names("ConfigMap"), ["app-a", "app-b", "app-c"]);
    // Deletes an object of the collection, so that kro reconciles the instance again. The reconciliation must
    // not change the instance's status.
    await s.cluster.delete({ kind: "ConfigMap", name: "app-a" });
    await s.cluster.until({ kind: "ConfigMap", name: "app-a" });
    await s.idle();
    const { status } = await s.cluster.get(graph.instance("app"));
    assert.deepEqual(status, instance.status);

    await s.cluster.patch(graph.instance("app"), { spec: { ready: true } });
    await graph.active("app");
    for (const { data } of await s.cluster.list("ConfigMap")) assert.equal(data.ready, "true");
  },
);
