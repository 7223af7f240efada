// Tests of external references, which read other users' objects by name or by selector.
import assert from "node:assert/strict";
import { CRD_KIND } from "../../../src/api/mod.ts";
import {
  deploymentSpec,
  external,
  installCrd,
  inState,
  NAME,
  scenario,
} from "../../support/cluster/mod.ts";

scenario("externalref:39", "a Deployment follows another user's Deployment", async (s) => {
  const graph = await s.graph({
    kind: "Follower",
    resources: [
      {
        id: "theirs",
        // This external reference names no namespace, so kro reads the Deployment in the instance's
        // namespace.
        externalRef: { apiVersion: "apps/v1", kind: "Deployment", metadata: { name: "theirs" } },
      },
      {
        id: "own",
        template: {
          apiVersion: "apps/v1",
          kind: "Deployment",
          metadata: { name: NAME },
          spec: deploymentSpec("${theirs.spec.replicas}"),
        },
      },
    ],
  });
  await graph.create("own");
  const missing = 'waiting for external reference "theirs": not found';
  await inState(s, graph.instance("own"), "IN_PROGRESS", missing);
  assert.deepEqual(await s.cluster.names("Deployment.apps"), []);

  const theirs = { kind: "Deployment.apps", name: "theirs" };
  const own = { kind: "Deployment.apps", name: "own" };
  const { metadata } = await s.cluster.create({
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "theirs" },
    spec: deploymentSpec(2),
  });
  await graph.active("own");
  assert.equal((await s.cluster.get(own)).spec.replicas, 2);
  assert.deepEqual((await s.cluster.get(theirs)).metadata, metadata);

  await s.cluster.patch(theirs, { spec: { replicas: 3 } });
  await s.cluster.until(own, ({ spec }) => spec.replicas === 3);

  await s.cluster.delete(theirs);
  await inState(s, graph.instance("own"), "IN_PROGRESS", missing);
  assert.equal((await s.cluster.get(own)).spec.replicas, 3);
});

scenario(
  "externalref:262",
  "the status follows the annotation of a CRD that the instance names",
  async (s) => {
    const { kind } = await installCrd(s.cluster, "Widget", {});
    const [, group] = kind.split(/\.(.*)/);
    const name = `widgets.${group}`;
    const definition = { kind: `${CRD_KIND.kind}.${CRD_KIND.group}`, name };
    const phase = (value: string) =>
      s.cluster.patch(definition, { metadata: { annotations: { phase: value } } });
    await phase("pending");
    const graph = await s.graph({
      kind: "Phase",
      spec: { name: "string" },
      status: { phase: '${definition.metadata.annotations["phase"]}' },
      resources: [{
        id: "definition",
        externalRef: {
          apiVersion: "apiextensions.k8s.io/v1",
          kind: "CustomResourceDefinition",
          metadata: { name: "${schema.spec.name}" },
        },
      }],
    });
    assert.deepEqual((await s.cluster.get(graph.rgd)).status.topologicalOrder, ["definition"]);
    await graph.create("app", { name });
    await graph.active("app", ({ status }) => status.phase === "pending");
    await phase("ready");
    await graph.active("app", ({ status }) => status.phase === "ready");
  },
);

const filtered = {
  count: "${string(size(found))}",
  chosen: "${found.filter(c, c.metadata.name.startsWith('config-'))" +
    ".sortBy(c, c.metadata.name).map(c, c.data.key).join(',')}",
};

scenario("externalref:405", "an empty selector selects all objects of a namespace", async (s) => {
  const elsewhere = `${s.namespace}-2`;
  await s.cluster.createNamespace(elsewhere);
  const config = (name: string, key: string, namespace = s.namespace) =>
    s.cluster.create({
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name, namespace },
      data: { key },
    });
  await config("config-alpha", "1");
  await config("config-beta", "2");
  await config("another", "3");
  await config("config-elsewhere", "4", elsewhere);
  const graph = await s.graph({
    kind: "EmptySelector",
    status: filtered,
    resources: [external("found", { namespace: "${schema.metadata.namespace}", selector: {} })],
  });
  await graph.create("app");
  const { status } = await graph.active("app");
  assert.deepEqual([status.count, status.chosen], ["3", "1,2"]);

  await s.cluster.patch({ kind: "ConfigMap", name: "config-beta" }, { data: { key: "two" } });
  await graph.active("app", (o) => o.status.chosen === "1,two");
});

scenario(
  "externalref:537",
  "a selector without namespace finds objects of all namespaces",
  async (s) => {
    const elsewhere = `${s.namespace}-2`;
    await s.cluster.createNamespace(elsewhere);
    const config = (name: string, namespace: string, team: string, ready: string) =>
      s.cluster.create({
        apiVersion: "v1",
        kind: "ConfigMap",
        metadata: { name, namespace, labels: { team } },
        data: { key: name, ready },
      });
    const team = s.namespace;
    await config("config-here", s.namespace, team, "true");
    await config("config-there", elsewhere, team, "false");
    await config("config-other", elsewhere, "other", "false");
    const graph = await s.graph({
      kind: "AllNamespaces",
      status: filtered,
      resources: [
        external("found", { selector: { matchLabels: { team: "${schema.metadata.namespace}" } } }, {
          readyWhen: ["${each.data.ready == 'true'}"],
        }),
      ],
    });
    await graph.create("app");
    // The remaining checks describe only this project's behavior. In upstream, an external reference by label
    // selector never becomes ready.
    const waiting = 'waiting for external collection "found": ';
    await inState(s, graph.instance("app"), "IN_PROGRESS", waiting);
    const there = { kind: "ConfigMap", name: "config-there", namespace: elsewhere };
    await s.cluster.patch(there, { data: { ready: "true" } });
    const { status } = await graph.active("app");
    assert.deepEqual([status.count, status.chosen], ["2", "config-here,config-there"]);
  },
);
