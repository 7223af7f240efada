// Tests of an RGD with a Deployment and a Service, whose instance is created, suspended and
// deleted.
import assert from "node:assert/strict";
import {
  condition,
  deploymentSpec,
  type GraphSpec,
  type Scenario,
  scenario,
  type TestGraph,
} from "../../support/cluster/mod.ts";

const container = {
  name: "web",
  image: "nginx",
  ports: [{ containerPort: "${schema.spec.port}" }],
};

const GRAPH: GraphSpec = {
  kind: "DeploymentService",
  spec: { name: "string", port: "integer | default=80", replicas: "integer | default=1" },
  status: {
    conditionsOfIt: "${deployment.status.conditions}",
    availableReplicas: "${deployment.status.availableReplicas}",
    available: "${deployment.status.?conditions[0].status}",
    unavailable: "${deployment.status.?conditions[10]}",
  },
  resources: [
    {
      id: "deployment",
      template: {
        apiVersion: "apps/v1",
        kind: "Deployment",
        metadata: { name: "${schema.spec.name}" },
        spec: deploymentSpec("${schema.spec.replicas}", { containers: [container] }),
      },
    },
    {
      id: "service",
      template: {
        apiVersion: "v1",
        kind: "Service",
        metadata: { name: "${schema.spec.name}" },
        spec: {
          selector: { app: "x" },
          ports: [{ port: "${schema.spec.port}", targetPort: "${schema.spec.port}" }],
        },
      },
    },
  ],
};

const AVAILABLE = {
  type: "Available",
  status: "True",
  reason: "MinimumReplicasAvailable",
  message: "Deployment has minimum availability.",
};

const DEPLOYMENT = { kind: "Deployment.apps", name: "app" };

/** Applies the RGD and an instance, and waits until the instance's Deployment is available. */
async function available(s: Scenario): Promise<TestGraph> {
  const graph = await s.graph(GRAPH);
  await graph.create("app", { name: "app", port: 8080 });
  await s.cluster.until(DEPLOYMENT);
  const counts = { replicas: 1, readyReplicas: 1, availableReplicas: 1 };
  await s.cluster.patchStatus(DEPLOYMENT, { ...counts, conditions: [AVAILABLE] });
  await graph.active("app", (o) => o.status.availableReplicas === 1);
  return graph;
}

scenario("deploymentservice:40", "a graph with optional fields is served", async (s) => {
  const graph = await available(s);
  const rgd = await s.cluster.get(graph.rgd);
  const accepted = condition(rgd, "Ready");
  assert.deepEqual([accepted.status, accepted.observedGeneration], [
    "True",
    rgd.metadata.generation,
  ]);
  assert.deepEqual(rgd.status.topologicalOrder, ["deployment", "service"]);

  const deployment = await s.cluster.get(DEPLOYMENT);
  const [{ ports }] = deployment.spec.template.spec.containers;
  assert.deepEqual([deployment.spec.replicas, ports[0].containerPort], [1, 8080]);
  const service = await s.cluster.get({ kind: "Service", name: "app" });
  assert.deepEqual(service.spec.ports, [{ port: 8080, protocol: "TCP", targetPort: 8080 }]);
  const { labels } = service.metadata;
  assert.equal(labels["kro.run/owned"], "true");
  assert.equal(labels["kro.run/kro-version"], "devel");
  assert.equal(labels["app.kubernetes.io/managed-by"], "kro");

  const { status, metadata } = await s.cluster.get(graph.instance("app"));
  assert.deepEqual(status.conditionsOfIt.map((c: { type: string }) => c.type), ["Available"]);
  assert.deepEqual([status.availableReplicas, status.available], [1, "True"]);
  assert.ok(!("unavailable" in status));
  const ready = condition({ status }, "Ready");
  assert.deepEqual([ready.status, ready.observedGeneration], ["True", metadata.generation]);
});

scenario(
  "deploymentservice:153",
  "kro does not change the objects of a suspended instance",
  async (s) => {
    const graph = await available(s);
    const app = graph.instance("app");
    await s.cluster.patch(app, { metadata: { annotations: { "kro.run/reconcile": "disabled" } } });
    const suspended = await s.cluster.until(
      app,
      (o) => condition(o, "Ready").reason === "ReconciliationSuspended",
    );
    assert.equal(condition(suspended, "Ready").status, "False");
    const before = await s.cluster.get(DEPLOYMENT);
    await s.cluster.patch(app, { spec: { replicas: 2 } });
    await s.cluster.until(app, (o) => condition(o, "Ready").observedGeneration === 2);
    await s.idle();
    const { spec, metadata } = await s.cluster.get(DEPLOYMENT);
    assert.equal(spec.replicas, 1);
    assert.equal(metadata.resourceVersion, before.metadata.resourceVersion);
    // Suspending an instance does not remove the status fields that were computed from its objects.
    const { status } = await s.cluster.get(app);
    assert.deepEqual([status.availableReplicas, status.available], [1, "True"]);

    await s.cluster.remove(app);
    assert.deepEqual(await s.cluster.names("Deployment.apps"), []);
    assert.deepEqual(await s.cluster.names("Service"), []);
  },
);
