// Tests of cluster-scoped instances. The templates of their objects must name a namespace.
import assert from "node:assert/strict";
import type { JsonObject } from "../../../src/api/mod.ts";
import { scenario } from "../../support/cluster/mod.ts";

scenario(
  "instance_cluster_scoped:61",
  "a cluster-scoped instance has objects, items and external references in a namespace that its spec names",
  async (s) => {
    const config = (name: string, data: JsonObject, labels: JsonObject = {}) =>
      s.cluster.create({ apiVersion: "v1", kind: "ConfigMap", metadata: { name, labels }, data });
    await config("ext-config", { setting: "enabled" });
    await config("team-alpha", { team: "alpha" }, { role: "team-config" });
    await config("team-beta", { team: "beta" }, { role: "team-config" });
    const external = ["ext-config", "team-alpha", "team-beta"];

    const namespace = "${schema.spec.target}";
    const head = { apiVersion: "v1", kind: "ConfigMap" };
    const node = (id: string, name: string, data: JsonObject, more: JsonObject = {}) => ({
      id,
      template: { ...head, metadata: { name, namespace }, data },
      ...more,
    });
    const selector = { matchLabels: { role: "team-config" } };
    const graph = await s.graph({
      kind: "ClusterPolicy",
      schema: { scope: "Cluster" },
      spec: { target: "string", values: "[]string" },
      status: { setting: "${one.data.setting}", teams: "${string(size(teams))}" },
      resources: [
        { id: "one", externalRef: { ...head, metadata: { name: "ext-config", namespace } } },
        { id: "teams", externalRef: { ...head, metadata: { namespace, selector } } },
        node("policy", "${schema.metadata.name}-policy", { setting: "${one.data.setting}" }),
        node("env", "${schema.metadata.name}-env-${value}", { env: "${value}" }, {
          forEach: [{ value: "${schema.spec.values}" }],
        }),
      ],
    });
    await graph.create("app", { target: s.namespace, values: ["dev", "staging"] });
    const app = await graph.active("app");
    assert.equal(app.metadata.namespace, undefined);
    assert.deepEqual([app.status.setting, app.status.teams], ["enabled", "2"]);
    const made: [name: string, data: JsonObject][] = [
      ["app-policy", { setting: "enabled" }],
      ["app-env-dev", { env: "dev" }],
      ["app-env-staging", { env: "staging" }],
    ];
    for (const [name, data] of made) {
      const object = await s.cluster.get({ kind: "ConfigMap", name });
      assert.deepEqual(object.data, data, name);
      const { labels } = object.metadata;
      assert.equal(labels["kro.run/instance-name"], "app", name);
      assert.ok(!("kro.run/instance-namespace" in labels), name);
    }
    assert.deepEqual(
      await s.cluster.names("ConfigMap"),
      [
        ...made.map(([name]) => name),
        ...external,
      ].sort(),
    );
    await s.cluster.remove(graph.instance("app"));
    assert.deepEqual(await s.cluster.names("ConfigMap"), external);
  },
);
