// Tests of collections (forEach) over time: collections grow and shrink, users change their objects, and
// their size is limited.
import assert from "node:assert/strict";
import { itemLabels } from "../../support/cluster/applyset.ts";
import {
  condition,
  configMap,
  type GraphSpec,
  inState,
  NAME,
  placed,
  pod,
  scenario,
} from "../../support/cluster/mod.ts";

const values = { values: "[]string" };
const forEach = [{ value: "${schema.spec.values}" }];

/** Returns an RGD with a collection of ConfigMaps, without readyWhen. */
const plain = (kind: string): GraphSpec => ({
  kind,
  spec: { ...values, prefix: "string | default=p" },
  resources: [
    configMap("configs", `${NAME}-\${value}`, {
      value: "${value}",
      prefix: "${schema.spec.prefix}",
    }, { forEach }),
  ],
});

scenario(
  "collection:1007",
  "a chain of collections grows from two items to three and shrinks again",
  async (s) => {
    const graph = await s.graph({
      kind: "DeepChain",
      spec: { items: "[]string", prefix: "string" },
      status: {
        level1: "${string(size(level1))}",
        level2: "${string(size(level2))}",
        pods: "${string(size(pods))}",
      },
      resources: [
        configMap("base", `${NAME}-base`, {
          prefix: "${schema.spec.prefix}",
          count: "${string(size(schema.spec.items))}",
        }),
        configMap("level1", `${NAME}-l1-\${entry}`, {
          entry: "${entry}",
          prefix: "${base.data.prefix}",
        }, { forEach: [{ entry: "${schema.spec.items}" }] }),
        configMap("level2", `${NAME}-l2-\${config.data.entry}`, {
          entry: "${config.data.entry}",
          prefix: "${config.data.prefix}",
        }, { forEach: [{ config: "${level1}" }] }),
        configMap("summary", `${NAME}-summary`, {
          level1: "${string(size(level1))}",
          level2: "${string(size(level2))}",
        }),
        pod("pods", `${NAME}-pod-\${config.data.entry}`, {
          forEach: [{ config: "${level2}" }],
        }, { count: "${summary.data.level1}" }),
      ],
    });
    await graph.create("app", { items: ["a", "b"], prefix: "test" });
    for (const entries of [["a", "b"], ["a", "b", "c"], ["a", "c"]]) {
      await s.cluster.patch(graph.instance("app"), { spec: { items: entries } });
      const count = String(entries.length);
      await graph.active(
        "app",
        ({ status }) => [status.level1, status.level2, status.pods].every((text) => text === count),
      );
      const leaving = ["a", "b", "c"].filter((entry) => !entries.includes(entry));
      for (const entry of leaving) {
        await s.cluster.untilGone({ kind: "ConfigMap", name: `app-l1-${entry}` });
        await s.cluster.untilGone({ kind: "ConfigMap", name: `app-l2-${entry}` });
        await s.cluster.untilGone({ kind: "Pod", name: `app-pod-${entry}` });
      }
      assert.deepEqual(await s.cluster.names("ConfigMap"), [
        "app-base",
        ...entries.map((entry) => `app-l1-${entry}`),
        ...entries.map((entry) => `app-l2-${entry}`),
        "app-summary",
      ]);
      assert.deepEqual(await s.cluster.names("Pod"), entries.map((entry) => `app-pod-${entry}`));
      const base = await s.cluster.get({ kind: "ConfigMap", name: "app-base" });
      assert.deepEqual(base.data, { prefix: "test", count });
      const summary = await s.cluster.get({ kind: "ConfigMap", name: "app-summary" });
      assert.deepEqual(summary.data, { level1: count, level2: count });
      for (const entry of entries) {
        for (const level of ["l1", "l2"]) {
          const { data } = await s.cluster.get({
            kind: "ConfigMap",
            name: `app-${level}-${entry}`,
          });
          assert.deepEqual(data, { entry, prefix: "test" });
        }
        const { metadata } = await s.cluster.get({ kind: "Pod", name: `app-pod-${entry}` });
        assert.equal(metadata.labels.count, count);
      }
    }
  },
);

scenario(
  "collection:1885",
  "an edited item has its fields restored and keeps another manager's fields",
  async (s) => {
    const graph = await s.graph(plain("ItemDrift"));
    await graph.create("app", { values: ["alpha", "beta"], prefix: "original" });
    const instance = await graph.active("app");
    const alpha = { kind: "ConfigMap", name: "app-alpha" };
    await s.cluster.patch(alpha, { data: { prefix: "drifted", extra: "kept" } });
    const { data, metadata } = await s.cluster.until(alpha, (o) => o.data.prefix === "original");
    assert.deepEqual(data, { value: "alpha", prefix: "original", extra: "kept" });
    assert.deepEqual(metadata.labels, itemLabels(instance, "configs", 0, 2));
  },
);

scenario(
  "collection_behavior:66",
  "a product over the limit creates no object and reports the limit",
  async (s) => {
    const graph = await s.graph({
      kind: "TooMany",
      resources: [
        configMap("configs", `${NAME}-\${string(i)}-\${string(j)}`, {}, {
          forEach: [{ i: "${lists.range(34)}" }, { j: "${lists.range(34)}" }],
        }),
      ],
    });
    await graph.create("app");
    const text = "collection size of 1156 is over the maximum collection size of 1000";
    const instance = await inState(s, graph.instance("app"), "ERROR", text);
    assert.match(condition(instance, "Ready").message, /maximum collection size of 1000/);
    assert.deepEqual(await s.cluster.names("ConfigMap"), []);
  },
);

scenario("collection_behavior:120", "drift of items is repaired in every namespace", async (s) => {
  const other = `${s.namespace}-2`;
  await s.cluster.createNamespace(other);
  const wide = configMap("configs", `${NAME}-\${string(i)}`, { managed: "expected" }, {
    forEach: [{ i: "${lists.range(2)}" }],
  });
  const namespace = "${i == 0 ? schema.metadata.namespace : schema.spec.other}";
  const resources = [placed(wide, namespace)];
  const graph = await s.graph({ kind: "WideDrift", spec: { other: "string" }, resources });
  await graph.create("app", { other });
  await graph.active("app");
  // Changes each object of the collection twice. A reconciliation that was already running may repair the
  // first change, but not the second change.
  for (const value of ["first", "second"]) {
    for (const [i, namespace] of [s.namespace, other].entries()) {
      const item = { kind: "ConfigMap", name: `app-${i}`, namespace };
      const { metadata } = await s.cluster.get(item);
      await s.cluster.patch(item, { data: { managed: value } });
      const repaired = await s.cluster.until(item, (o) => o.data.managed === "expected");
      assert.equal(repaired.metadata.uid, metadata.uid);
    }
  }
});

scenario(
  "collection_watch:54",
  "an edit of the first item is repaired without a timed requeue",
  async (s) => {
    const graph = await s.graph(plain("FirstDrift"));
    await graph.create("app", { values: ["alpha", "beta", "gamma"] });
    await graph.active("app");
    const others = ["app-beta", "app-gamma"].map((name) => ({ kind: "ConfigMap", name }));
    const before = await Promise.all(others.map((at) => s.cluster.get(at)));
    const alpha = { kind: "ConfigMap", name: "app-alpha" };
    await s.cluster.patch(alpha, { data: { value: "tampered" } });
    await s.cluster.until(alpha, (o) => o.data.value === "alpha");
    assert.deepEqual(await Promise.all(others.map((at) => s.cluster.get(at))), before);
  },
);

scenario(
  "collection_watch:185",
  "an object that a user creates under a pruned item's name is not changed",
  async (s) => {
    const graph = await s.graph(plain("FormerName"));
    await graph.create("app", { values: ["alpha", "beta", "gamma"] });
    await graph.active("app");
    await s.cluster.patch(graph.instance("app"), { spec: { values: ["alpha", "beta"] } });
    const gamma = { kind: "ConfigMap", name: "app-gamma" };
    await s.cluster.untilGone(gamma);
    await graph.active("app");

    const data = { value: "foreign" };
    const foreign = await s.cluster.create({
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "app-gamma" },
      data,
    });
    // Changes an object of the collection and then the instance's spec, so that kro reconciles the collection
    // twice.
    const alpha = { kind: "ConfigMap", name: "app-alpha" };
    await s.cluster.patch(alpha, { data: { value: "tampered" } });
    await s.cluster.until(alpha, (o) => o.data.value === "alpha");
    await s.cluster.patch(graph.instance("app"), { spec: { prefix: "q" } });
    await graph.active("app");
    assert.deepEqual(await s.cluster.get(gamma), foreign);
  },
);
