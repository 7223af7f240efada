// Tests of the nodes that wait: for the readyWhen of another node, for data that is still missing, or for an
// object that a user has deleted.
import assert from "node:assert/strict";
import type { JsonObject } from "../../../src/api/mod.ts";
import {
  condition,
  configMap,
  deployment,
  deploymentSpec,
  inState,
  type Place,
  scenario,
  type TestCluster,
} from "../../support/cluster/mod.ts";

const ANNOTATION = "internal.kro.run/apply-order";

/**
 * Returns the line that the condition ResourcesReady contains for a node whose readyWhen is false.
 */
const notReady = (id: string) =>
  `waiting for node "${id}": readyWhen condition evaluated to false: "`;

scenario("readiness:62", "a Service waits for its Deployment to be available", async (s) => {
  const annotations = (of: string) =>
    `\${schema.spec.${of}.annotated ? schema.spec.${of}.annotations : {}}`;
  const part = (annotated: boolean): JsonObject => ({
    annotated: `boolean | default=${annotated}`,
    annotations: "map[string]string",
  });
  const graph = await s.graph({
    kind: "Available",
    spec: { replicas: "integer", deployment: part(false), service: part(true) },
    resources: [
      {
        id: "deployment",
        template: {
          apiVersion: "apps/v1",
          kind: "Deployment",
          metadata: { name: "${schema.metadata.name}", annotations: annotations("deployment") },
          spec: deploymentSpec("${schema.spec.replicas}"),
        },
        readyWhen: ["${deployment.spec.replicas == deployment.status.availableReplicas}"],
      },
      {
        id: "service",
        template: {
          apiVersion: "v1",
          kind: "Service",
          metadata: { name: "${deployment.metadata.name}", annotations: annotations("service") },
          spec: { selector: { app: "x" }, ports: [{ port: 8080, targetPort: 8080 }] },
        },
      },
    ],
  });
  await graph.create("app", {
    replicas: 5,
    deployment: { annotated: false, annotations: {} },
    service: { annotated: true, annotations: { app: "service" } },
  });
  await inState(s, graph.instance("app"), "IN_PROGRESS", 'waiting for node "deployment"');
  await s.idle();
  const at = { kind: "Deployment.apps", name: "app" };
  const made = await s.cluster.get(at);
  assert.equal(made.spec.replicas, 5);
  assert.deepEqual(made.metadata.annotations, { [ANNOTATION]: "1" });
  assert.deepEqual(await s.cluster.names("Service"), []);
  assert.equal((await s.cluster.get(graph.instance("app"))).status.state, "IN_PROGRESS");

  await s.cluster.patchStatus(at, { replicas: 5, readyReplicas: 5, availableReplicas: 5 });
  await graph.active("app");
  const { metadata } = await s.cluster.get({ kind: "Service", name: "app" });
  assert.deepEqual(metadata.annotations, { app: "service", [ANNOTATION]: "2" });
  await s.cluster.remove(graph.instance("app"));
  assert.deepEqual(await s.cluster.names("Service"), []);
});

/** Returns a node with a Job and this readyWhen expression. */
function job(id: string, name: string, metadata: JsonObject, readyWhen: string): JsonObject {
  const containers = [{ name: "sleep", image: "busybox", args: ["sleep", "3"] }];
  const spec = { template: { spec: { containers, restartPolicy: "Never" } } };
  const template = { apiVersion: "batch/v1", kind: "Job", metadata: { name, ...metadata }, spec };
  return { id, template, readyWhen: [readyWhen] };
}

/** Writes the status that the Job controller would write for a completed Job. */
async function complete(cluster: TestCluster, at: Place): Promise<void> {
  const now = new Date().toISOString().replace(/\.\d+/, "");
  const conditions = [["SuccessCriteriaMet", "CompletionsReached"], [
    "Complete",
    "CompletionsReached",
  ]]
    .map(([type, reason]) => ({ type, status: "True", reason, lastTransitionTime: now }));
  const times = { startTime: now, completionTime: now };
  await cluster.patchStatus(at, { ...times, succeeded: 1, conditions } as JsonObject);
}

scenario("readiness:310", "readyWhen of the last node delays the instance", async (s) => {
  const graph = await s.graph({
    kind: "Tail",
    resources: [
      job("job", "${schema.metadata.name}", {}, "${job.status.completionTime != null}"),
    ],
  });
  await graph.create("app");
  await inState(s, graph.instance("app"), "IN_PROGRESS", 'waiting for node "job"');
  await s.idle();
  assert.equal((await s.cluster.get(graph.instance("app"))).status.state, "IN_PROGRESS");
  await complete(s.cluster, { kind: "Job.batch", name: "app" });
  await graph.active("app");
});

scenario("dependency_readiness:61", "a node waits for all its dependencies", async (s) => {
  const config = (id: string) =>
    configMap(id, `\${schema.metadata.name}-${id}`, {
      value: `value-${id}`,
      ready: `\${string(schema.spec.${id})}`,
    }, { readyWhen: [`\${${id}.data.?ready.orValue("false") == "true"}`] });
  const env = ["a", "b"].map((id) => ({
    name: id.toUpperCase(),
    value: `\${${id}.data.?value.orValue("")}`,
  }));
  const containers = [{ name: "nginx", image: "nginx", env }];
  const graph = await s.graph({
    kind: "Both",
    spec: { a: "boolean", b: "boolean" },
    resources: [
      config("a"),
      config("b"),
      deployment("deployment", "${schema.metadata.name}", {}, { containers }),
    ],
  });
  const rgd = await s.cluster.get(graph.rgd);
  assert.deepEqual(rgd.status.topologicalOrder, ["a", "b", "deployment"]);

  await graph.create("app", { a: false, b: false });
  for (const [spec, waiting] of [[{ a: false, b: false }, "ab"], [{ a: true, b: false }, "b"]]) {
    await s.cluster.patch(graph.instance("app"), { spec: spec as JsonObject });
    const { message } = condition(
      await inState(s, graph.instance("app"), "IN_PROGRESS"),
      "ResourcesReady",
    );
    for (const id of ["a", "b"]) {
      assert.equal(message.includes(notReady(id)), waiting!.toString().includes(id), message);
    }
    await s.idle();
    assert.deepEqual(await s.cluster.names("Deployment.apps"), []);
    assert.deepEqual(await s.cluster.names("ConfigMap"), ["app-a", "app-b"]);
  }
  await s.cluster.patch(graph.instance("app"), { spec: { b: true } });
  await graph.active("app");
  const made = await s.cluster.get({ kind: "Deployment.apps", name: "app" });
  assert.deepEqual(made.spec.template.spec.containers[0].env, [
    { name: "A", value: "value-a" },
    { name: "B", value: "value-b" },
  ]);
});

scenario(
  "dependency_readiness:377",
  "a Job is created when the Job that it depends on has completed",
  async (s) => {
    const done = (id: string) => `\${${id}.status.?completionTime.orValue(null) != null}`;
    const annotations = { "depends-on": "${first.metadata.name}" };
    const graph = await s.graph({
      kind: "Jobs",
      resources: [
        job("first", "${schema.metadata.name}-1", {}, done("first")),
        job("second", "${schema.metadata.name}-2", { annotations }, done("second")),
      ],
    });
    await graph.create("app");
    await inState(s, graph.instance("app"), "IN_PROGRESS", 'waiting for node "first"');
    await s.idle();
    assert.deepEqual(await s.cluster.names("Job.batch"), ["app-1"]);
    await complete(s.cluster, { kind: "Job.batch", name: "app-1" });
    await s.cluster.until({ kind: "Job.batch", name: "app-2" });
    assert.equal((await s.cluster.get(graph.instance("app"))).status.state, "IN_PROGRESS");
    await complete(s.cluster, { kind: "Job.batch", name: "app-2" });
    await graph.active("app");
  },
);

scenario(
  "terminating_managed_resource:56",
  "no dependent of an object that is being deleted is created",
  async (s) => {
    const env = [{ name: "CONFIG_VALUE", value: "${config.data.value}" }];
    const containers = [{ name: "nginx", image: "nginx", env }];
    const includeWhen = ["${schema.spec.deployed}"];
    const graph = await s.graph({
      kind: "Terminating",
      spec: { deployed: "boolean" },
      resources: [
        configMap("config", "${schema.metadata.name}-config", { value: "active" }),
        deployment("deployment", "${schema.metadata.name}", { includeWhen }, { containers }),
      ],
    });
    await graph.create("app", { deployed: false });
    await graph.active("app");
    const config = { kind: "ConfigMap", name: "app-config" };
    await s.cluster.patch(config, { metadata: { finalizers: ["example.com/block"] } });
    await s.cluster.delete(config);
    const { metadata: { uid } } = await s.cluster.get(config);

    await s.cluster.patch(graph.instance("app"), { spec: { deployed: true } });
    const waiting = await inState(s, graph.instance("app"), "IN_PROGRESS");
    const { status, reason, message } = condition(waiting, "ResourcesReady");
    assert.deepEqual([status, reason], ["False", "ResourceDeleting"]);
    assert.equal(
      message,
      `resource "${s.namespace}/app-config" for node "config" is currently being deleted; ` +
        "waiting for deletion to complete before continuing reconciliation",
    );
    await s.idle();
    assert.deepEqual(await s.cluster.names("Deployment.apps"), []);

    await s.cluster.patch(config, { metadata: { finalizers: null } });
    const again = await s.cluster.until(config, ({ metadata }) => metadata.uid !== uid);
    assert.deepEqual(again.data, { value: "active" });
    await graph.active("app");
    const made = await s.cluster.get({ kind: "Deployment.apps", name: "app" });
    assert.deepEqual(made.spec.template.spec.containers[0].env, [
      { name: "CONFIG_VALUE", value: "active" },
    ]);
  },
);
