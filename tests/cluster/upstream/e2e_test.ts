// Upstream's end-to-end tests of instances and their objects.
import assert from "node:assert/strict";
import type { Json, JsonObject } from "../../../src/api/mod.ts";
import {
  ANY_VALUE,
  condition,
  configMap,
  type GraphSpec,
  installCrd,
  inState,
  type Live,
  NAME,
  scenario,
  type TestGraph,
} from "../../support/cluster/mod.ts";

/**
 * Asserts that the object contains the expected fields. Additional fields are permitted, but
 * additional list elements are not.
 */
function assertHolds(object: Live, expected: unknown, path = ""): void {
  if (typeof expected !== "object" || expected === null) {
    return assert.equal(object, expected, path);
  }
  if (Array.isArray(expected)) assert.equal(object?.length, expected.length, path);
  for (const [key, value] of Object.entries(expected)) {
    assertHolds(object?.[key], value, `${path}.${key}`);
  }
}

/**
 * Asserts the labels, the finalizer and the Ready condition of an instance whose objects are all
 * ready.
 */
function assertConverged(instance: Live, graph: TestGraph): void {
  const { finalizers, labels, generation } = instance.metadata;
  assert.deepEqual(finalizers, ["kro.run/finalizer"]);
  assert.equal(labels["kro.run/owned"], "true");
  assert.equal(labels["kro.run/resource-graph-definition-name"], graph.rgd.name);
  const { status, observedGeneration } = condition(instance, "Ready");
  assert.deepEqual([status, observedGeneration], ["True", generation]);
}

const simple = (kind: string): GraphSpec => ({
  kind,
  spec: { replicas: "integer | default=1", image: 'string | default="nginx:latest"' },
  resources: [{
    id: "deployment",
    template: {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name: NAME },
      spec: {
        replicas: "${schema.spec.replicas}",
        selector: { matchLabels: { app: "${schema.metadata.name}" } },
        template: {
          metadata: { labels: { app: "${schema.metadata.name}" } },
          spec: { containers: [{ name: "main", image: "${schema.spec.image}" }] },
        },
      },
    },
  }],
});

const deploymentOf = (app: string, replicas: number, image: string): JsonObject => ({
  spec: {
    replicas,
    selector: { matchLabels: { app } },
    template: {
      metadata: { labels: { app } },
      spec: { containers: [{ name: "main", image }] },
    },
  },
});

scenario("e2e:check-instance-creation", "an instance creates its Deployment", async (s) => {
  const graph = await s.graph(simple("Created"));
  const rgd = await s.cluster.get(graph.rgd);
  assert.deepEqual(rgd.metadata.finalizers, ["kro.run/finalizer"]);
  assert.equal(rgd.metadata.generation, 1);
  assert.deepEqual(rgd.status.topologicalOrder, ["deployment"]);
  const { status, observedGeneration } = condition(rgd, "Ready");
  assert.deepEqual([status, observedGeneration], ["True", 1]);
  await graph.create("app", { replicas: 2, image: "nginx:1.25" });
  assertConverged(await graph.active("app"), graph);
  const deployment = await s.cluster.get({ kind: "Deployment.apps", name: "app" });
  assertHolds(deployment, deploymentOf("app", 2, "nginx:1.25"));
});

scenario(
  "e2e:check-instance-update",
  "an edit of the instance reaches its Deployment",
  async (s) => {
    const graph = await s.graph(simple("Updated"));
    await graph.create("app", { replicas: 2, image: "nginx:1.25" });
    assertConverged(await graph.active("app"), graph);
    await s.cluster.patch(graph.instance("app"), { spec: { replicas: 3, image: "nginx:1.26" } });
    assertConverged(await graph.active("app"), graph);
    const deployment = await s.cluster.get({ kind: "Deployment.apps", name: "app" });
    assertHolds(deployment, deploymentOf("app", 3, "nginx:1.26"));
  },
);

scenario(
  "e2e:check-multi-resource-rgd",
  "an edit reaches two of an instance's four objects",
  async (s) => {
    const named = (what: string) => ({ name: `\${schema.spec.name}-${what}` });
    const app = "${schema.spec.name}-deployment";
    const container = {
      name: "main",
      image: "${schema.spec.image}",
      ports: [{ name: "http", containerPort: 8080 }],
      volumeMounts: [{ name: "config", mountPath: "/usr/share/nginx/html", readOnly: true }],
    };
    const port = { name: "http", port: 8080, protocol: "TCP", targetPort: "http" };
    const cpu = (averageUtilization: Json) => [
      {
        type: "Resource",
        resource: { name: "cpu", target: { type: "Utilization", averageUtilization } },
      },
    ];
    const scaled = (name: string) => ({ apiVersion: "apps/v1", kind: "Deployment", name });
    const graph = await s.graph({
      kind: "Autoscaled",
      spec: {
        name: 'string | default="some-app"',
        image: 'string | default="nginx:latest"',
        minReplicas: "integer | default=1",
        maxReplicas: "integer | default=10",
        targetCPU: "integer | default=80",
      },
      resources: [
        configMap("configmap", "${schema.spec.name}-config", { "index.html": "<h1>Hello</h1>\n" }),
        {
          id: "service",
          template: {
            apiVersion: "v1",
            kind: "Service",
            metadata: named("service"),
            spec: { selector: { app }, ports: [port] },
          },
        },
        {
          id: "deployment",
          template: {
            apiVersion: "apps/v1",
            kind: "Deployment",
            metadata: named("deployment"),
            spec: {
              selector: { matchLabels: { app } },
              template: {
                metadata: { labels: { app } },
                spec: {
                  containers: [container],
                  volumes: [{ name: "config", configMap: named("config") }],
                },
              },
            },
          },
        },
        {
          id: "autoscaler",
          template: {
            apiVersion: "autoscaling/v2",
            kind: "HorizontalPodAutoscaler",
            metadata: named("hpa"),
            spec: {
              scaleTargetRef: scaled(app),
              minReplicas: "${schema.spec.minReplicas}",
              maxReplicas: "${schema.spec.maxReplicas}",
              metrics: cpu("${schema.spec.targetCPU}"),
            },
          },
        },
      ],
    });
    const { status } = await s.cluster.get(graph.rgd);
    assert.deepEqual(status.topologicalOrder, ["configmap", "service", "deployment", "autoscaler"]);
    const spec = {
      name: "app",
      image: "nginx:1.24",
      minReplicas: 1,
      maxReplicas: 5,
      targetCPU: 20,
    };
    await graph.create("shop", spec);
    assertConverged(await graph.active("shop"), graph);
    const labels = { "kro.run/instance-name": "shop", "kro.run/owned": "true" };
    const holds = async (kind: string, name: string, expected: JsonObject) => {
      const { metadata, ...object } = await s.cluster.get({ kind, name });
      assertHolds(object, expected);
      assertHolds(metadata, { labels });
    };
    const hpa = (minReplicas: number) => ({
      spec: {
        scaleTargetRef: scaled("app-deployment"),
        minReplicas,
        maxReplicas: 5,
        metrics: cpu(20),
      },
    });
    const deployment = (image: string) => ({
      spec: {
        template: {
          spec: {
            containers: [{ ...container, image }],
            volumes: [{ name: "config", configMap: { name: "app-config" } }],
          },
        },
      },
    });
    await holds("ConfigMap", "app-config", { data: { "index.html": "<h1>Hello</h1>\n" } });
    await holds("Service", "app-service", {
      spec: { selector: { app: "app-deployment" }, ports: [port] },
    });
    await holds("Deployment.apps", "app-deployment", deployment("nginx:1.24"));
    await holds("HorizontalPodAutoscaler.autoscaling", "app-hpa", hpa(1));

    // The Deployment's template does not set `replicas`, because the HorizontalPodAutoscaler owns this field.
    // kro must keep the changed value.
    const at = { kind: "Deployment.apps", name: "app-deployment" };
    await s.cluster.patch(at, { spec: { replicas: 4 } });
    await s.cluster.patch(graph.instance("shop"), {
      spec: { image: "nginx:1.25", minReplicas: 2 },
    });
    assertConverged(await graph.active("shop"), graph);
    await holds("Deployment.apps", "app-deployment", deployment("nginx:1.25"));
    await holds("Deployment.apps", "app-deployment", { spec: { replicas: 4 } });
    await holds("HorizontalPodAutoscaler.autoscaling", "app-hpa", hpa(2));
  },
);

scenario(
  "e2e:check-external-references",
  "no object is created before the external object that it reads exists",
  async (s) => {
    const head = { apiVersion: "v1", kind: "ConfigMap" };
    const metadata = { name: "external", namespace: s.namespace };
    const graph = await s.graph({
      kind: "External",
      spec: { name: "string | default=foobar" },
      resources: [
        { id: "input", externalRef: { ...head, metadata } },
        configMap("owned", "config", { echo: '${input.?data.echo.orValue("not found")}' }),
      ],
    });
    const { status } = await s.cluster.get(graph.rgd);
    assert.deepEqual(status.topologicalOrder, ["input", "owned"]);
    await graph.create("app");
    const waiting = await inState(s, graph.instance("app"), "IN_PROGRESS");
    assert.deepEqual(waiting.spec, { name: "foobar" });
    await s.idle();
    assert.deepEqual(await s.cluster.names("ConfigMap"), []);
    await s.cluster.create({ ...head, metadata, data: { echo: "Hello, World!" } });
    assertConverged(await graph.active("app"), graph);
    const config = await s.cluster.get({ kind: "ConfigMap", name: "config" });
    assert.deepEqual(config.data, { echo: "Hello, World!" });
  },
);

scenario(
  "e2e:check-unknown-fields",
  "an expression that reads a field without a schema resolves",
  async (s) => {
    const { apiVersion } = await installCrd(s.cluster, "AllowUnknown", {
      spec: { type: "object", properties: { config: { ...ANY_VALUE, type: "object" } } },
    });
    const template = {
      apiVersion,
      kind: "AllowUnknown",
      metadata: { name: "${schema.spec.name}" },
      spec: { config: { foo: "bar" } },
    };
    const graph = await s.graph({
      kind: "Unknowing",
      spec: { name: "string", nested: "object" },
      resources: [
        { id: "example", template },
        configMap("config", "read", {
          foo: "${example.spec.config.foo}",
          name: "${schema.spec.name}",
          nested: "${schema.spec.nested.field}",
        }),
      ],
    });
    const { status } = await s.cluster.get(graph.rgd);
    assert.deepEqual(status.topologicalOrder, ["example", "config"]);
    await graph.create("app", { name: "name", nested: { field: "value" } });
    assertConverged(await graph.active("app"), graph);
    const { data } = await s.cluster.get({ kind: "ConfigMap", name: "read" });
    assert.deepEqual(data, { foo: "bar", name: "name", nested: "value" });
  },
);

scenario(
  "e2e:cel-random-namespaced-function",
  "a seeded random name is the same in each pass",
  async (s) => {
    const metadata = {
      name: "${random.seededString(10, schema.metadata.uid)}",
      namespace: "${schema.spec.namespace}",
    };
    const data = { uid: "${schema.metadata.uid}", note: "${schema.spec.note}" };
    const template = { apiVersion: "v1", kind: "ConfigMap", metadata, data };
    const graph = await s.graph({
      kind: "Random",
      spec: { namespace: "string", note: "string | default=a" },
      resources: [{ id: "config", template }],
    });
    await graph.create("app", { namespace: s.namespace });
    assertConverged(await graph.active("app"), graph);
    const [made, ...more] = await s.cluster.list("ConfigMap");
    assert.deepEqual(more, []);
    assert.match(made.metadata.name, /^[a-z0-9]{10}$/);
    await s.cluster.patch(graph.instance("app"), { spec: { note: "b" } });
    assertConverged(await graph.active("app"), graph);
    const [again, ...others] = await s.cluster.list("ConfigMap");
    assert.deepEqual([again.metadata.uid, others], [made.metadata.uid, []]);
    assert.equal(again.data.note, "b");
  },
);
