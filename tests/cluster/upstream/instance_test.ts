// Tests of an instance's lifecycle: changes of its spec, conditions, kro's metadata on the instance
// and its children, and deletion.
import assert from "node:assert/strict";
import { applySetId } from "../../support/cluster/applyset.ts";
import {
  condition,
  configMap,
  deploymentSpec,
  type GraphSpec,
  type Live,
  NAME,
  scenario,
} from "../../support/cluster/mod.ts";

scenario(
  "lifecycle:36",
  "a Deployment follows edits of its instance, and is deleted with it",
  async (s) => {
    const container = {
      name: "app",
      image: "${schema.spec.image}",
      ports: [{ containerPort: "${schema.spec.port}" }],
    };
    const spec = deploymentSpec("${schema.spec.replicas}", { containers: [container] });
    const metadata = { name: "deployment-${schema.metadata.name}" };
    const template = { apiVersion: "apps/v1", kind: "Deployment", metadata, spec };
    const graph = await s.graph({
      kind: "Updated",
      spec: {
        replicas: "integer | default=1",
        image: "string | default=nginx:latest",
        port: "integer | default=80",
      },
      resources: [{ id: "deployment", template }],
    });
    const at = { kind: "Deployment.apps", name: "deployment-app" };
    const looks = ({ spec: { replicas, template: { spec: { containers: [c] } } } }: Live) =>
      [replicas, c.image, c.ports[0].containerPort].join(" ");

    await graph.create("app", { replicas: 1, image: "nginx:1.19", port: 80 });
    const before = await s.cluster.until(at, (o) => looks(o) === "1 nginx:1.19 80");
    await graph.active("app");
    const edit = { replicas: 3, image: "nginx:1.20", port: 443 };
    await s.cluster.patch(graph.instance("app"), { spec: edit });
    const after = await s.cluster.until(at, (o) => looks(o) === "3 nginx:1.20 443");
    assert.equal(after.metadata.uid, before.metadata.uid);
    await graph.active("app");

    await s.cluster.remove(graph.instance("app"));
    assert.equal(await s.cluster.find(at), undefined);
  },
);

/** Returns an RGD with one ConfigMap that contains a field of the instance's spec. */
const simple = (kind: string): GraphSpec => ({
  kind,
  spec: { data: "string" },
  resources: [configMap("config", NAME, { config: "${schema.spec.data}" })],
});

scenario("instance_conditions:57", "a converged instance is Ready at its generation", async (s) => {
  const graph = await s.graph(simple("Settled"));
  await graph.create("app", { data: "x" });
  const app = await graph.active("app");
  const { lastTransitionTime, ...ready } = condition(app, "Ready");
  assert.deepEqual(ready, {
    type: "Ready",
    status: "True",
    reason: "Ready",
    message: "",
    observedGeneration: app.metadata.generation,
  });
  assert.ok(Date.parse(lastTransitionTime) >= Date.parse(app.metadata.creationTimestamp));
  const config = await s.cluster.get({ kind: "ConfigMap", name: "app" });
  assert.deepEqual(config.data, { config: "x" });
});

scenario(
  "instance_conditions:166",
  "an instance's conditions stay well-formed during its deletion",
  async (s) => {
    const graph = await s.graph(simple("Leaving"));
    await graph.create("app", { data: "x" });
    await graph.active("app");
    const config = { kind: "ConfigMap", name: "app" };
    await s.cluster.patch(config, { metadata: { finalizers: ["example.com/held"] } });
    await s.cluster.delete(graph.instance("app"));
    const leaving = await s.cluster.until(
      graph.instance("app"),
      (o) =>
        o.status.state === "DELETING" && condition(o, "ResourcesReady").message.includes("held"),
    );
    assert.ok(leaving.metadata.deletionTimestamp);
    for (
      const { type, status, reason, lastTransitionTime, observedGeneration } of leaving.status
        .conditions
    ) {
      assert.ok(type && reason && !Number.isNaN(Date.parse(lastTransitionTime)), type);
      assert.match(status, /^(True|False|Unknown)$/, type);
      assert.equal(observedGeneration, leaving.metadata.generation, type);
    }
    const resources = condition(leaving, "ResourcesReady");
    assert.deepEqual([resources.status, resources.reason], ["Unknown", "UnderDeletion"]);
    await s.cluster.patch(config, { metadata: { finalizers: null } });
    await s.cluster.untilGone(graph.instance("app"));
    await s.cluster.untilGone(config);
  },
);

scenario(
  "annotation_label:60",
  "kro's labels and annotations on an instance and on its child equal upstream's",
  async (s) => {
    const graph = await s.graph({
      kind: "Marked",
      spec: { name: "string", threshold: "float" },
      resources: [
        configMap("config", "${schema.spec.name}", { value: "${string(schema.spec.threshold)}" }),
      ],
    });
    await graph.create("app", { name: "settings", threshold: 3.14 });
    const app = await graph.active("app");
    const rgd = await s.cluster.get(graph.rgd);
    const set = applySetId(app);
    const { "internal.kro.run/applyset-inventory-hash": hash, ...annotations } =
      app.metadata.annotations;
    assert.match(hash, /^sha256:[\w-]{43}$/);
    assert.deepEqual(annotations, {
      "applyset.kubernetes.io/contains-group-kinds": "ConfigMap",
      "applyset.kubernetes.io/additional-namespaces": "",
      "applyset.kubernetes.io/tooling": "kro/devel",
    });
    assert.deepEqual(app.metadata.labels, {
      "applyset.kubernetes.io/id": set,
      "kro.run/controller-pod-id": "test",
      "kro.run/kro-version": "devel",
      "kro.run/owned": "true",
      "kro.run/resource-graph-definition-id": rgd.metadata.uid,
      "kro.run/resource-graph-definition-name": graph.rgd.name,
      "kro.run/resource-graph-definition-namespace": "",
    });
    const { data, metadata } = await s.cluster.get({ kind: "ConfigMap", name: "settings" });
    assert.deepEqual(data, { value: "3.14" });
    assert.deepEqual(metadata.labels, {
      "app.kubernetes.io/managed-by": "kro",
      "applyset.kubernetes.io/part-of": set,
      "kro.run/instance-group": graph.apiVersion.split("/")[0],
      "kro.run/instance-id": app.metadata.uid,
      "kro.run/instance-kind": "Marked",
      "kro.run/instance-name": "app",
      "kro.run/instance-namespace": s.namespace,
      "kro.run/instance-version": "v1alpha1",
      "kro.run/kro-version": "devel",
      "kro.run/node-id": "config",
      "kro.run/owned": "true",
    });
    assert.deepEqual(metadata.annotations, { "internal.kro.run/apply-order": "1" });
    assert.deepEqual([metadata.ownerReferences, metadata.finalizers], [undefined, undefined]);
  },
);

scenario("metadata_fields:34", "a template reads all of the instance's metadata", async (s) => {
  const metadata = "schema.metadata";
  const graph = await s.graph({
    kind: "Metadata",
    spec: { dummy: "string" },
    resources: [{
      id: "config",
      template: {
        apiVersion: "v1",
        kind: "ConfigMap",
        metadata: {
          name: `\${${metadata}.name}-\${${metadata}.namespace}`,
          namespace: `\${${metadata}.namespace}`,
        },
        data: {
          name: `\${${metadata}.name}`,
          namespace: `\${${metadata}.namespace}`,
          uid: `\${${metadata}.uid}`,
          generation: `\${string(${metadata}.generation)}`,
          resourceVersion: `\${${metadata}.resourceVersion}`,
          generateName: `\${${metadata}.?generateName.orValue("not-set")}`,
          labels: `\${has(${metadata}.labels) ? "true" : "false"}`,
          annotations: `\${has(${metadata}.annotations) ? "true" : "false"}`,
          label: `\${${metadata}.labels["team"]}`,
          annotation: `\${${metadata}.annotations["example.com/note"]}`,
        },
      },
    }],
  });
  const given = { labels: { team: "blue" }, annotations: { "example.com/note": "hello" } };
  await graph.create("app", { dummy: "x" }, given);
  const app = await graph.active("app");
  const at = { kind: "ConfigMap", name: `app-${s.namespace}` };
  const { data: { resourceVersion, ...data } } = await s.cluster.get(at);
  assert.match(resourceVersion, /^\d+$/);
  assert.deepEqual(data, {
    name: "app",
    namespace: s.namespace,
    uid: app.metadata.uid,
    generation: "1",
    generateName: "not-set",
    labels: "true",
    annotations: "true",
    label: "blue",
    annotation: "hello",
  });
});

scenario("instance_expression_isolation:67", "a value with ${…} is copied verbatim", async (s) => {
  const graph = await s.graph(simple("Literal"));
  const data = "echo ${HOME} && echo ${NOT_A_RESOURCE.field}";
  await graph.create("app", { data });
  await graph.active("app");
  const config = await s.cluster.get({ kind: "ConfigMap", name: "app" });
  assert.deepEqual(config.data, { config: data });
});

scenario(
  "instance_expression_isolation:116",
  "an annotation with ${…} is copied verbatim",
  async (s) => {
    const graph = await s.graph(simple("Annotated"));
    const annotations = { "example.com/command": "run ${SOME_VAR}" };
    await graph.create("app", { data: "x" }, { annotations });
    const app = await graph.active("app");
    assert.equal(app.metadata.annotations["example.com/command"], "run ${SOME_VAR}");
    const config = await s.cluster.get({ kind: "ConfigMap", name: "app" });
    assert.deepEqual(config.data, { config: "x" });
  },
);

scenario(
  "instance_expression_isolation:166",
  "a value with ${…} that names a node is copied verbatim",
  async (s) => {
    const { resources, ...rest } = simple("Named");
    const carrier = configMap("carrier", "${schema.metadata.name}-carrier", { token: "secret" });
    const graph = await s.graph({ ...rest, resources: [carrier, ...resources] });
    await graph.create("app", { data: "${carrier.data.token}" });
    await graph.active("app");
    const config = await s.cluster.get({ kind: "ConfigMap", name: "app" });
    assert.deepEqual(config.data, { config: "${carrier.data.token}" });
  },
);
