// Tests of collections (forEach): which objects a collection has, and how other nodes read these objects.
import assert from "node:assert/strict";
import type { JsonObject } from "../../../src/api/mod.ts";
import { configMap, NAME, placed, scenario } from "../../support/cluster/mod.ts";

const values = { values: "[]string" };

/** Returns a node with a collection: one ConfigMap for each value in the instance's spec. */
const configs = (data: JsonObject = { value: "${value}" }, more: JsonObject = {}) =>
  configMap("configs", `${NAME}-\${value}`, data, {
    forEach: [{ value: "${schema.spec.values}" }],
    ...more,
  });

scenario("collection:59", "forEach creates three objects from three values", async (s) => {
  const graph = await s.graph({ kind: "Three", spec: values, resources: [configs()] });
  await graph.create("app", { values: ["alpha", "beta", "gamma"] });
  await graph.active("app");
  const made = await s.cluster.list("ConfigMap");
  assert.deepEqual(made.map(({ metadata, data }) => [metadata.name, data]), [
    ["app-alpha", { value: "alpha" }],
    ["app-beta", { value: "beta" }],
    ["app-gamma", { value: "gamma" }],
  ]);
});

scenario(
  "collection:166",
  "forEach over two lists creates their product, with the first list outermost",
  async (s) => {
    const graph = await s.graph({
      kind: "Product",
      spec: { regions: "[]string", tiers: "[]string" },
      resources: [
        configMap(
          "configs",
          `${NAME}-\${region}-\${tier}`,
          { region: "${region}", tier: "${tier}" },
          {
            forEach: [{ region: "${schema.spec.regions}" }, { tier: "${schema.spec.tiers}" }],
          },
        ),
      ],
    });
    await graph.create("app", { regions: ["west", "east"], tiers: ["web", "db"] });
    await graph.active("app");
    const made = await s.cluster.list("ConfigMap");
    const found = made.map((
      { metadata: { name, labels }, data },
    ) => [labels["kro.run/collection-index"], name, data.region, data.tier]).sort();
    assert.deepEqual(found, [
      ["0", "app-west-web", "west", "web"],
      ["1", "app-west-db", "west", "db"],
      ["2", "app-east-web", "east", "web"],
      ["3", "app-east-db", "east", "db"],
    ]);
  },
);

const enabled = {
  kind: "Switch",
  spec: { ...values, enabled: "boolean" },
  resources: [configs({}, { includeWhen: ["${schema.spec.enabled}"] })],
};

scenario("collection:279", "includeWhen applies to a whole collection", async (s) => {
  const graph = await s.graph(enabled);
  await graph.create("off", { values: ["a", "b"], enabled: false });
  await graph.create("on", { values: ["a", "b"], enabled: true });
  await graph.active("off");
  await graph.active("on");
  assert.deepEqual(await s.cluster.names("ConfigMap"), ["on-a", "on-b"]);
});

scenario("collection:382", "includeWhen switches a collection on and off again", async (s) => {
  const graph = await s.graph(enabled);
  await graph.create("app", { values: ["a", "b", "c"], enabled: false });
  await graph.active("app");
  assert.deepEqual(await s.cluster.names("ConfigMap"), []);
  await s.cluster.patch(graph.instance("app"), { spec: { enabled: true } });
  await graph.active("app");
  assert.deepEqual(await s.cluster.names("ConfigMap"), ["app-a", "app-b", "app-c"]);
  await s.cluster.patch(graph.instance("app"), { spec: { enabled: false } });
  await graph.active("app");
  for (const value of ["a", "b", "c"]) {
    await s.cluster.untilGone({ kind: "ConfigMap", name: `app-${value}` });
  }
});

scenario("collection:535", "a collection's template reads another object", async (s) => {
  const graph = await s.graph({
    kind: "Dependent",
    spec: { ...values, version: "string" },
    resources: [
      configMap("base", `${NAME}-base`, { version: "${schema.spec.version}" }),
      configs({ value: "${value}", version: "${base.data.version}" }),
    ],
  });
  await graph.create("app", { values: ["one", "two"], version: "v1" });
  await graph.active("app");
  for (const value of ["one", "two"]) {
    const { data } = await s.cluster.get({ kind: "ConfigMap", name: `app-${value}` });
    assert.deepEqual(data, { value, version: "v1" });
  }
  await s.cluster.patch(graph.instance("app"), { spec: { version: "v2" } });
  await graph.active("app");
  for (const value of ["one", "two"]) {
    const { data } = await s.cluster.get({ kind: "ConfigMap", name: `app-${value}` });
    assert.deepEqual(data, { value, version: "v2" });
  }
});

scenario("collection:655", "a collection's list reads another object", async (s) => {
  const list = "${has(base.data.enabled) ? schema.spec.values : []}";
  const graph = await s.graph({
    kind: "DependentList",
    spec: values,
    resources: [
      configMap("base", `${NAME}-base`, { enabled: "true", prefix: "chained" }),
      configs({ value: "${value}", prefix: "${base.data.prefix}" }, { forEach: [{ value: list }] }),
    ],
  });
  await graph.create("app", { values: ["one", "two"] });
  await graph.active("app");
  assert.deepEqual(await s.cluster.names("ConfigMap"), ["app-base", "app-one", "app-two"]);
  for (const value of ["one", "two"]) {
    const { data } = await s.cluster.get({ kind: "ConfigMap", name: `app-${value}` });
    assert.deepEqual(data, { value, prefix: "chained" });
  }
});

scenario(
  "collection:781",
  "a collection over a collection has one object for each item",
  async (s) => {
    const graph = await s.graph({
      kind: "OverItems",
      spec: values,
      resources: [
        configs({ key: "${value}", source: "first" }),
        configMap("seconds", `${NAME}-second-\${first.data.key}`, {
          key: "${first.data.key}",
          from: "${first.data.source}",
        }, { forEach: [{ first: "${configs}" }] }),
      ],
    });
    await graph.create("app", { values: ["alpha", "beta"] });
    await graph.active("app");
    assert.deepEqual(await s.cluster.names("ConfigMap"), [
      "app-alpha",
      "app-beta",
      "app-second-alpha",
      "app-second-beta",
    ]);
    for (const key of ["alpha", "beta"]) {
      const { data } = await s.cluster.get({ kind: "ConfigMap", name: `app-second-${key}` });
      assert.deepEqual(data, { key, from: "first" });
    }
  },
);

scenario(
  "collection:917",
  "an empty list creates no object, and the instance is ACTIVE",
  async (s) => {
    const graph = await s.graph({ kind: "Empty", spec: values, resources: [configs()] });
    await graph.create("app", { values: [] });
    await graph.active("app");
    assert.deepEqual(await s.cluster.names("ConfigMap"), []);
  },
);

scenario(
  "collection:2297",
  "a node that reads an empty collection sees an empty list",
  async (s) => {
    const graph = await s.graph({
      kind: "EmptyRead",
      spec: values,
      resources: [
        configs(),
        configMap("summary", `${NAME}-summary`, { count: "${string(size(configs))}" }),
      ],
    });
    await graph.create("app", { values: [] });
    await graph.active("app");
    assert.deepEqual(await s.cluster.names("ConfigMap"), ["app-summary"]);
    const { data } = await s.cluster.get({ kind: "ConfigMap", name: "app-summary" });
    assert.deepEqual(data, { count: "0" });
  },
);

scenario("collection:1774", "deleting the instance deletes the items", async (s) => {
  const graph = await s.graph({ kind: "Gone", spec: values, resources: [configs()] });
  await graph.create("app", { values: ["a", "b", "c"] });
  await graph.active("app");
  await s.cluster.remove(graph.instance("app"));
  assert.deepEqual(await s.cluster.names("ConfigMap"), []);
});

scenario("collection:2147", "deleting the instance deletes items in two namespaces", async (s) => {
  const other = `${s.namespace}-2`;
  await s.cluster.createNamespace(other);
  const wide = configMap("configs", `${NAME}-\${string(i)}`, { index: "${string(i)}" }, {
    forEach: [{ i: "${lists.range(6)}" }],
  });
  const namespace = "${i % 2 == 0 ? schema.metadata.namespace : schema.spec.other}";
  const resources = [placed(wide, namespace)];
  const graph = await s.graph({ kind: "GoneWide", spec: { other: "string" }, resources });
  await graph.create("app", { other });
  const { metadata } = await graph.active("app");
  assert.equal(metadata.annotations["applyset.kubernetes.io/additional-namespaces"], other);
  const places = [0, 1, 2, 3, 4, 5].map((i) => ({
    kind: "ConfigMap",
    name: `app-${i}`,
    namespace: i % 2 === 0 ? s.namespace : other,
  }));
  for (const [i, place] of places.entries()) {
    assert.deepEqual((await s.cluster.get(place)).data, { index: String(i) });
  }
  await s.cluster.remove(graph.instance("app"));
  for (const place of places) assert.equal(await s.cluster.find(place), undefined);
});
