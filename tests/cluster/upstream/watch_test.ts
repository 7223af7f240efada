// Tests of the watch events that requeue an instance. The periodic requeue is off, so that only watch events
// start a reconciliation.
import assert from "node:assert/strict";
import type { JsonObject } from "../../../src/api/mod.ts";
import {
  configMap,
  external,
  type Live,
  NAME,
  type Scenario,
  scenario,
} from "../../support/cluster/mod.ts";

function config({ cluster }: Scenario, name: string, data: JsonObject, labels: JsonObject = {}) {
  return cluster.create({ apiVersion: "v1", kind: "ConfigMap", metadata: { name, labels }, data });
}

scenario("externalref_watch:51", "a copy follows another user's ConfigMap", async (s) => {
  await config(s, "theirs", { value: "one" });
  const graph = await s.graph({
    kind: "Copy",
    resources: [
      external("source", { name: "theirs" }),
      configMap("copy", `${NAME}-copy`, { value: "${source.data.value}" }),
    ],
  });
  await graph.create("app");
  await graph.active("app");
  const copy = { kind: "ConfigMap", name: "app-copy" };
  assert.deepEqual((await s.cluster.get(copy)).data, { value: "one" });
  await s.cluster.patch({ kind: "ConfigMap", name: "theirs" }, { data: { value: "two" } });
  await s.cluster.until(copy, ({ data }) => data.value === "two");
});

/** Status fields that show which objects the external reference `found` has selected. */
const selected = {
  count: "${string(size(found))}",
  names: "${found.sortBy(c, c.metadata.name).map(c, c.metadata.name).join(',')}",
};

scenario(
  "externalref_watch:157",
  "matchExpressions select by values of the instance's spec",
  async (s) => {
    const team = (name: string) => `${name}-${s.namespace}`;
    await config(s, "bravo-1", {}, { team: team("bravo") });
    await config(s, "bravo-2", {}, { team: team("bravo") });
    await config(s, "charlie-1", {}, { team: team("charlie") });
    const graph = await s.graph({
      kind: "Expressions",
      spec: { team: "string" },
      status: selected,
      resources: [
        external("found", {
          selector: {
            matchExpressions: [{ key: "team", operator: "In", values: ["${schema.spec.team}"] }],
          },
        }),
      ],
    });
    await graph.create("app", { team: team("bravo") });
    const { status } = await graph.active("app");
    assert.deepEqual([status.count, status.names], ["2", "bravo-1,bravo-2"]);
    await s.cluster.patch(graph.instance("app"), { spec: { team: team("charlie") } });
    const { status: after } = await graph.active("app");
    assert.deepEqual([after.count, after.names], ["1", "charlie-1"]);
  },
);

scenario(
  "externalref_watch:262",
  "the count of selected objects follows additions, label changes and deletions",
  async (s) => {
    const labels = { watched: s.namespace };
    await config(s, "alpha", {}, labels);
    const graph = await s.graph({
      kind: "Counted",
      status: selected,
      resources: [
        external("found", {
          selector: { matchLabels: { watched: "${schema.metadata.namespace}" } },
        }),
      ],
    });
    await graph.create("app");
    const counted = (count: string) =>
      graph.active("app", ({ status }: Live) => status.count === count);
    await counted("1");
    await config(s, "beta", {}, labels);
    await config(s, "unrelated", {}, { watched: "no" });
    assert.equal((await counted("2")).status.names, "alpha,beta");
    await s.cluster.patch({ kind: "ConfigMap", name: "alpha" }, {
      metadata: { labels: { watched: null } },
    });
    assert.equal((await counted("1")).status.names, "beta");
    await s.cluster.delete({ kind: "ConfigMap", name: "beta" });
    await counted("0");
  },
);

scenario("externalref_watch:371", "sortBy orders the selected objects by their data", async (s) => {
  const labels = { sorted: s.namespace };
  await config(s, "charlie", { priority: "1" }, labels);
  await config(s, "alpha", { priority: "2" }, labels);
  await config(s, "bravo", { priority: "3" }, labels);
  const graph = await s.graph({
    kind: "Sorted",
    status: {
      count: selected.count,
      names: "${found.sortBy(c, c.data.priority).map(c, c.metadata.name).join(',')}",
    },
    resources: [
      external("found", { selector: { matchLabels: { sorted: "${schema.metadata.namespace}" } } }),
    ],
  });
  await graph.create("app");
  const { status } = await graph.active("app");
  assert.deepEqual([status.count, status.names], ["3", "charlie,alpha,bravo"]);
  await s.cluster.patch({ kind: "ConfigMap", name: "charlie" }, { data: { priority: "9" } });
  await graph.active("app", (o) => o.status.names === "alpha,bravo,charlie");
});

scenario(
  "externalref_watch:471",
  "a generated kind is reconciled after an instance that referenced it is deleted",
  async (s) => {
    const producer = await s.graph({
      kind: "Database",
      spec: { value: "string" },
      resources: [configMap("config", `${NAME}-config`, { value: "${schema.spec.value}" })],
    });
    await producer.create("db", { value: "one" });
    await producer.active("db");
    const consumer = await s.graph({
      kind: "Consumer",
      resources: [
        {
          id: "database",
          externalRef: {
            apiVersion: producer.apiVersion,
            kind: "Database",
            metadata: { name: "db" },
          },
        },
        configMap("copy", `${NAME}-copy`, { value: "${database.spec.value}" }),
      ],
    });
    await consumer.create("app");
    await consumer.active("app");
    const value = async (name: string, value: string) => {
      await s.cluster.patch(producer.instance("db"), { spec: { value } });
      await s.cluster.until({ kind: "ConfigMap", name }, ({ data }) => data.value === value);
    };
    await value("app-copy", "two");

    await s.cluster.remove(consumer.instance("app"));
    assert.deepEqual(await s.cluster.names("ConfigMap"), ["db-config"]);
    await value("db-config", "three");
    // Deletes the RGD `consumer`, which reads an instance of the RGD `producer`. kro must still
    // reconcile the instances of `producer`.
    await s.cluster.remove(consumer.rgd);
    await value("db-config", "four");
    await s.cluster.patch({ kind: "ConfigMap", name: "db-config" }, { data: { value: "drift" } });
    await s.cluster.until({ kind: "ConfigMap", name: "db-config" }, (o) => o.data.value === "four");
    await producer.create("db2", { value: "x" });
    await producer.active("db2");
  },
);

scenario("instance_resource_watch:45", "an edited ConfigMap is repaired", async (s) => {
  const graph = await s.graph({
    kind: "Watched",
    spec: { field: "string" },
    resources: [configMap("config", "static", { key: "${schema.spec.field}" })],
  });
  await graph.create("app", { field: "value" });
  await graph.active("app");
  await s.idle();
  const at = { kind: "ConfigMap", name: "static" };
  const before = await s.cluster.get(at);
  const { metadata } = await s.cluster.patch(at, { data: { key: "edited" } });
  const after = await s.cluster.until(at, ({ data }) => data.key === "value");
  assert.equal(after.metadata.uid, before.metadata.uid);
  assert.notEqual(after.metadata.resourceVersion, metadata.resourceVersion);
  await s.cluster.delete(at);
  const again = await s.cluster.until(at, (o) => o.metadata.uid !== before.metadata.uid);
  assert.deepEqual(again.data, { key: "value" });
});
