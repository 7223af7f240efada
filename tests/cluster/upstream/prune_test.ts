// Tests of pruning, and of the ownership of an object that several instances want to create.
import assert from "node:assert/strict";
import { applySetId, childLabels, itemLabels } from "../../support/cluster/applyset.ts";
import {
  condition,
  configMap,
  deployment,
  type GraphSpec,
  inState,
  type Live,
  NAME,
  passes,
  type Scenario,
  scenario,
  type TestGraph,
} from "../../support/cluster/mod.ts";

/**
 * Returns an RGD with two ConfigMaps. `source` contains a field of the instance's spec, and
 * `dependent` is only included if `source` contains "true". `further` contains additional nodes of
 * the RGD.
 */
const switched = (kind: string, further: unknown[] = []): GraphSpec => ({
  kind,
  spec: { enabled: "boolean" },
  resources: [
    configMap("source", `${NAME}-source`, { enabled: "${string(schema.spec.enabled)}" }),
    configMap("dependent", `${NAME}-dependent`, { key: "x" }, {
      includeWhen: ["${source.data.enabled == 'true'}"],
    }),
    ...further,
  ],
});

async function switchOff(s: Scenario, graph: TestGraph, present: string[]): Promise<void> {
  await graph.create("app", { enabled: true });
  await graph.active("app");
  assert.deepEqual(await s.cluster.names("ConfigMap"), present);
  await s.cluster.patch(graph.instance("app"), { spec: { enabled: false } });
  for (const name of present.filter((name) => name !== "app-source")) {
    await s.cluster.untilGone({ kind: "ConfigMap", name });
  }
  await graph.active("app");
  const source = await s.cluster.get({ kind: "ConfigMap", name: "app-source" });
  assert.deepEqual(source.data, { enabled: "false" });
}

scenario(
  "applyset:404",
  "a dependent is pruned when the data that its includeWhen reads becomes false",
  async (s) => {
    await switchOff(s, await s.graph(switched("Flip")), ["app-dependent", "app-source"]);
  },
);

scenario(
  "applyset:521",
  "the dependents of a pruned dependent are pruned too",
  async (s) => {
    const graph = await s.graph(switched("FlipAll", [
      configMap("child", `${NAME}-child`, { from: "${dependent.data.key}" }),
      configMap("grandchild", `${NAME}-grandchild`, { from: "${child.data.from}" }),
    ]));
    await switchOff(s, graph, ["app-child", "app-dependent", "app-grandchild", "app-source"]);
  },
);

scenario(
  "applyset:649",
  "a dependent is created when a status becomes True, and pruned when it becomes False",
  async (s) => {
    const graph = await s.graph({
      kind: "FlipStatus",
      resources: [
        deployment("source", `${NAME}-source`),
        configMap("dependent", `${NAME}-dependent`, { key: "x" }, {
          includeWhen: ["${source.status.conditions[0].status == 'True'}"],
        }),
      ],
    });
    await graph.create("app");
    await inState(s, graph.instance("app"), "IN_PROGRESS", 'node "dependent"');
    assert.deepEqual(await s.cluster.names("ConfigMap"), []);
    const available = (status: string) =>
      s.cluster.patchStatus({ kind: "Deployment.apps", name: "app-source" }, {
        conditions: [{ type: "Available", status, reason: "Because" }],
      });
    await available("True");
    await s.cluster.until({ kind: "ConfigMap", name: "app-dependent" });
    await graph.active("app");
    await available("False");
    await s.cluster.untilGone({ kind: "ConfigMap", name: "app-dependent" });
    await graph.active("app");
  },
);

scenario(
  "resource_pruning:61",
  "a node removed from the RGD is pruned while another node is never ready",
  async (s) => {
    const gate = configMap("gate", `${NAME}-gate`, { ready: "false" }, {
      readyWhen: ["${gate.data.ready == 'true'}"],
    });
    const retired = configMap("retired", `${NAME}-retired`, { keep: "for now" });
    const graph = await s.graph({ kind: "Retire", resources: [gate, retired] });
    await graph.create("app");
    await inState(s, graph.instance("app"), "IN_PROGRESS", 'node "gate"');
    assert.deepEqual(await s.cluster.names("ConfigMap"), ["app-gate", "app-retired"]);
    const { metadata } = await s.cluster.get({ kind: "ConfigMap", name: "app-gate" });

    await graph.change({ kind: "Retire", resources: [gate] });
    await s.cluster.untilGone({ kind: "ConfigMap", name: "app-retired" });
    await inState(s, graph.instance("app"), "IN_PROGRESS", 'node "gate"');
    const kept = await s.cluster.get({ kind: "ConfigMap", name: "app-gate" });
    assert.equal(kept.metadata.uid, metadata.uid);
  },
);

scenario(
  "resource_ownership:66",
  "objects are applied under upstream's field manager",
  async (s) => {
    const graph = await s.graph({
      kind: "Managed",
      resources: [configMap("cm", `${NAME}-cm`, { managed: "yes" })],
    });
    await graph.create("app");
    await graph.active("app");
    const { metadata } = await s.cluster.get({ kind: "ConfigMap", name: "app-cm" });
    assert.deepEqual(
      metadata.managedFields.map(({ manager, operation }: Live) => `${manager}/${operation}`),
      ["kro.run/applyset/Apply"],
    );
    assert.ok(metadata.managedFields[0].fieldsV1["f:data"]["f:managed"]);
  },
);

scenario(
  "resource_ownership:136",
  "the first of two instances keeps the objects that both create",
  async (s) => {
    const data = { owner: "${schema.spec.owner}" };
    const graph = await s.graph({
      kind: "Shared",
      spec: { owner: "string" },
      resources: [
        configMap("cm", "shared", data),
        // Upstream reports that another instance owns an object only for the object of a node without
        // forEach. This project also reports it for the objects of a collection.
        configMap("listed", "${name}", data, { forEach: [{ name: "${['item-a', 'item-b']}" }] }),
      ],
    });
    await graph.create("a", { owner: "a" });
    const first = await graph.active("a");
    const shared = async () =>
      await Promise.all(
        ["shared", "item-a", "item-b"].map((name) => s.cluster.get({ kind: "ConfigMap", name })),
      );
    const before = await shared();
    assert.deepEqual(before.map(({ metadata }) => metadata.labels), [
      childLabels(first, "cm"),
      itemLabels(first, "listed", 0, 2),
      itemLabels(first, "listed", 1, 2),
    ]);

    await graph.create("b", { owner: "b" });
    const refused = `belongs to ApplySet "${applySetId(first)}"`;
    const second = await inState(s, graph.instance("b"), "ERROR", refused);
    const { message } = condition(second, "ResourcesReady");
    for (const name of ["shared", "item-a"]) assert.match(message, new RegExp(`/${name} `));
    await passes(s, graph, "b", 3);
    // Later reconciliations of the instances `a` and `b` must not write to the objects that both templates
    // describe.
    assert.deepEqual(await shared(), before);
    await inState(s, graph.instance("b"), "ERROR", refused);
    await graph.active("a");
  },
);

scenario(
  "instance_conflict:69",
  "instances of one name in two kinds and namespaces repair their own objects",
  async (s) => {
    const spec = (kind: string, source: string): GraphSpec => ({
      kind,
      spec: { name: "string" },
      resources: [configMap("configmap", "${schema.spec.name}", { source })],
    });
    const namespace = `${s.namespace}-2`;
    await s.cluster.createNamespace(namespace);
    const here = await s.graph(spec("HereApp", "here"));
    const there = await s.graph(spec("ThereApp", "there"));
    await here.create("my-app", { name: "shared" });
    await there.create("my-app", { name: "shared" }, { namespace });
    const one = await here.active("my-app");
    const at = there.instance("my-app", namespace);
    const other = await s.cluster.until(at, (o) => o.status?.state === "ACTIVE");

    const mine = { kind: "ConfigMap", name: "shared" };
    const theirs = { ...mine, namespace };
    const before = await s.cluster.get(mine);
    assert.deepEqual(before.metadata.labels, childLabels(one, "configmap"));
    const { metadata } = await s.cluster.get(theirs);
    assert.deepEqual(metadata.labels, childLabels(other, "configmap"));

    await s.cluster.delete(mine);
    const again = await s.cluster.until(mine, (o) => o.metadata.uid !== before.metadata.uid);
    assert.deepEqual(again.metadata.labels, childLabels(one, "configmap"));
    assert.deepEqual(again.data, { source: "here" });

    await s.cluster.patch(theirs, { data: { source: "edited" } });
    const mended = await s.cluster.until(theirs, (o) => o.data.source === "there");
    assert.deepEqual(mended.metadata.labels, childLabels(other, "configmap"));
  },
);
