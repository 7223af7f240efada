// Tests of includeWhen, which can exclude a node and all nodes that depend on this node.
import assert from "node:assert/strict";
import {
  configMap,
  deployment,
  type GraphSpec,
  inState,
  scenario,
  service,
  serviceAccount,
} from "../../support/cluster/mod.ts";

scenario(
  "include_when:61",
  "nodes whose includeWhen is false are excluded with their dependents",
  async (s) => {
    const name = "${schema.metadata.name}";
    const when = (field: string) => ({ includeWhen: [`\${schema.spec.${field}}`] });
    const graph = await s.graph({
      kind: "Conditions",
      spec: {
        deploymentA: "boolean",
        deploymentB: "boolean",
        accountA: "boolean",
        accountB: "boolean",
        serviceB: "boolean",
      },
      resources: [
        deployment("deploymentA", `${name}-off`, when("deploymentA")),
        deployment("deploymentB", `${name}-b`, when("deploymentB"), {
          serviceAccountName: `\${accountA.metadata.name}-${name}`,
        }),
        serviceAccount("accountA", `${name}-a`, when("accountA")),
        serviceAccount("accountB", "${serviceA.metadata.name}", when("accountB")),
        service("serviceA", "${deploymentA.metadata.name}"),
        service(
          "serviceB",
          "${deploymentB.metadata.name}${deploymentA.metadata.name}",
          when("serviceB"),
        ),
      ],
    });
    const rgd = await s.cluster.get(graph.rgd);
    assert.deepEqual(rgd.status.topologicalOrder, [
      "deploymentA",
      "accountA",
      "deploymentB",
      "serviceA",
      "accountB",
      "serviceB",
    ]);
    await graph.create("app", {
      deploymentA: false,
      deploymentB: true,
      accountA: true,
      accountB: true,
      serviceB: true,
    });
    await graph.active("app");
    assert.deepEqual(await s.cluster.names("Deployment.apps"), ["app-b"]);
    assert.deepEqual(await s.cluster.names("ServiceAccount"), ["app-a"]);
    assert.deepEqual(await s.cluster.names("Service"), []);
    const made = await s.cluster.get({ kind: "Deployment.apps", name: "app-b" });
    assert.equal(made.spec.template.spec.serviceAccountName, "app-a-app");
  },
);

/**
 * Returns an RGD with three nodes: a parent that may be excluded, a child that depends on it, and a
 * node that is always included.
 */
const family = (kind: string, parent: GraphSpec["resources"]): GraphSpec => ({
  kind,
  spec: { enabled: "boolean" },
  resources: [
    ...parent,
    configMap("child", "${parent.metadata.name}-child", { from: "${parent.data.key}" }),
    configMap("always", "${schema.metadata.name}-always", { key: "always" }),
  ],
});

scenario(
  "include_when:373",
  "an excluded parent excludes only its child",
  async (s) => {
    const includeWhen = ["${schema.spec.enabled}"];
    const parent = configMap("parent", "${schema.metadata.name}-parent", { key: "p" }, {
      includeWhen,
    });
    const graph = await s.graph(family("Contagious", [parent]));
    await graph.create("app", { enabled: false });
    await graph.active("app");
    assert.deepEqual(await s.cluster.names("ConfigMap"), ["app-always"]);
    await graph.create("on", { enabled: true });
    await graph.active("on");
    const names3 = ["app-always", "on-always", "on-parent", "on-parent-child"];
    assert.deepEqual(await s.cluster.names("ConfigMap"), names3);
  },
);

scenario("include_when:486", "includeWhen reads another object's data", async (s) => {
  const source = configMap("source", "${schema.metadata.name}-source", {
    enabled: "${schema.spec.enabled ? 'true' : 'false'}",
  });
  const includeWhen = ["${source.data.enabled == 'true'}"];
  const parent = configMap("parent", "${schema.metadata.name}-parent", { key: "p" }, {
    includeWhen,
  });
  const graph = await s.graph(family("ByData", [source, parent]));
  await graph.create("app", { enabled: false });
  await graph.active("app");
  assert.deepEqual(await s.cluster.names("ConfigMap"), ["app-always", "app-source"]);
  const { data } = await s.cluster.get({ kind: "ConfigMap", name: "app-source" });
  assert.deepEqual(data, { enabled: "false" });
});

scenario(
  "include_when:618",
  "includeWhen that reads a status waits until the status exists",
  async (s) => {
    const graph = await s.graph({
      kind: "ByStatus",
      resources: [
        deployment("source", "${schema.metadata.name}-source"),
        configMap("gated", "${schema.metadata.name}-gated", { from: "${source.metadata.name}" }, {
          includeWhen: ["${source.status.availableReplicas == source.spec.replicas}"],
        }),
        configMap("child", "${schema.metadata.name}-child", { from: "${gated.data.from}" }),
        configMap("always", "${schema.metadata.name}-always", { key: "always" }),
      ],
    });
    await graph.create("app");
    await inState(s, graph.instance("app"), "IN_PROGRESS", 'node "gated"');
    assert.deepEqual(await s.cluster.names("ConfigMap"), ["app-always"]);

    const source = { kind: "Deployment.apps", name: "app-source" };
    await s.cluster.patchStatus(source, { replicas: 1, readyReplicas: 1, availableReplicas: 1 });
    await graph.active("app");
    assert.deepEqual(await s.cluster.names("ConfigMap"), ["app-always", "app-child", "app-gated"]);
    const { data } = await s.cluster.get({ kind: "ConfigMap", name: "app-child" });
    assert.deepEqual(data, { from: "app-source" });
  },
);
