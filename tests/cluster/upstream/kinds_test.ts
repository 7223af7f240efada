// Tests of kinds that are installed, changed and deleted while the controller runs RGDs which use
// them.
import assert from "node:assert/strict";
import type { JsonObject } from "../../../src/api/mod.ts";
import { isEstablished } from "../../../src/kube/mod.ts";
import {
  active,
  condition,
  configMap,
  crdOf,
  crdPlace,
  type GraphSpec,
  inState,
  kroTest,
  NAME,
  type Place,
  refused,
  type Scenario,
  silenceApi,
  type TestGraph,
  verdicts,
} from "../../support/cluster/mod.ts";

/**
 * Returns a CRD for the kind Widget, as a user would install it. `properties` contains the schemas of the
 * fields of `spec`.
 */
function widgets(s: Scenario, properties: JsonObject) {
  const group = `${s.namespace}.example.org`;
  const kind = `Widget.${group}`;
  const object = crdOf("Widget", group, "v1", { spec: { type: "object", properties } });
  return { object, at: crdPlace(kind), apiVersion: `${group}/v1`, kind };
}

/** Installs the CRD that {@link widgets} returned, and waits until the API server serves its kind. */
async function install(s: Scenario, { object, at }: ReturnType<typeof widgets>): Promise<void> {
  await s.cluster.apply(object);
  await s.cluster.until(at, isEstablished);
}

/** Returns an RGD with a Widget and a ConfigMap. */
function user(kind: string, apiVersion: string, spec: JsonObject): GraphSpec {
  const metadata = { name: "${schema.metadata.name}" };
  return {
    kind,
    spec: { size: "string | default=s" },
    resources: [
      configMap("config", NAME),
      { id: "widget", template: { apiVersion, kind: "Widget", metadata, spec } },
    ],
  };
}

/** Returns how often the controller has compiled the RGD, according to its metrics. */
async function compiled(s: Scenario, graph: TestGraph): Promise<number> {
  const line = new RegExp(`^rgd_graph_build_total\\{name="${graph.rgd.name}"\\} (\\d+)$`, "m");
  return Number(line.exec(await s.controller.metrics())?.[1] ?? 0);
}

kroTest("an RGD becomes Active once the missing kind is installed", async (s) => {
  const { object, apiVersion, kind } = widgets(s, { size: { type: "string" } });
  const graph = await s.apply(user("Waiting", apiVersion, { size: "${schema.spec.size}" }));
  const rgd = await refused(s, graph, "GraphAccepted", /Widget/);
  assert.match(condition(rgd, "GraphAccepted").message, new RegExp(`"widget".*${apiVersion}`));
  await s.cluster.apply(object);
  await active(s, graph);
  await graph.create("app");
  await graph.active("app");
  await s.cluster.get({ kind, name: "app" });
});

kroTest("a changed kind recompiles only the graphs that use it", async (s) => {
  const { at, apiVersion, kind } = widgets(s, { size: { type: "string" } });
  await install(s, widgets(s, { size: { type: "string" } }));
  const users = await Promise.all(
    ["UserOne", "UserTwo"].map((each) =>
      s.graph(user(each, apiVersion, { size: "${schema.spec.size}" }))
    ),
  );
  const other = await s.graph({ kind: "Bystander", resources: [configMap("config", "x")] });
  const graphs = [...users, other];
  await users[0]!.create("app");
  await users[0]!.active("app");
  const before = await Promise.all(graphs.map((graph) => compiled(s, graph)));

  // A label on the CRD does not change its schema, so kro must not compile the RGD again.
  await s.cluster.patch(at, { metadata: { labels: { a: "b" } } });
  await s.cluster.apply(widgets(s, { size: { type: "integer" } }).object);
  for (const graph of users) await refused(s, graph, "GraphAccepted", /size/);
  const rgd = await s.cluster.get(users[0]!.rgd);
  assert.deepEqual(verdicts(rgd), {
    GraphRevisionsResolved: "False/Failed",
    GraphAccepted: "False/InvalidResourceGraph",
    KindReady: "True/Ready",
    ControllerReady: "True/Running",
  });
  await s.cluster.get({ kind, name: "app" });
  await s.cluster.apply(widgets(s, { size: { type: "string" }, more: { type: "string" } }).object);
  for (const graph of users) await active(s, graph);
  const after = await Promise.all(graphs.map((graph) => compiled(s, graph)));
  assert.deepEqual(after.map((n, i) => n - before[i]!), [2, 2, 0]);
});

kroTest(
  "a deleted kind deletes none of the other objects, and its graph recovers with it",
  async (s) => {
    const { object, at, apiVersion, kind } = widgets(s, { size: { type: "string" } });
    await install(s, widgets(s, { size: { type: "string" } }));
    const graph = await s.graph(user("Bereft", apiVersion, { size: "${schema.spec.size}" }));
    await graph.create("app");
    await graph.active("app");
    const config = { kind: "ConfigMap", name: "app" };
    const { uid } = (await s.cluster.get(config)).metadata;

    await s.cluster.delete(at);
    const rgd = await refused(s, graph, "GraphAccepted", /Widget/);
    assert.equal(verdicts(rgd).ControllerReady, "True/Running");
    await s.cluster.patch(graph.instance("app"), { spec: { size: "m" } });
    await inState(s, graph.instance("app"), "IN_PROGRESS", "kind Widget is not served");
    assert.equal((await s.cluster.get(config)).metadata.uid, uid);
    await s.restart();
    await refused(s, graph, "GraphAccepted", /Widget/);
    assert.equal((await s.cluster.get(config)).metadata.uid, uid);

    await s.cluster.untilGone(at);
    await s.cluster.apply(object);
    await active(s, graph);
    await graph.active("app");
    assert.equal((await s.cluster.get({ kind, name: "app" })).spec.size, "m");
    assert.equal((await s.cluster.get(config)).metadata.uid, uid);
  },
);

kroTest("a kind of an aggregated API that does not respond is not missing", async (s) => {
  const { object, at, apiVersion, kind } = widgets(s, { size: { type: "string" } });
  const group = apiVersion.split("/")[0]!;
  let service: Place;
  await install(s, widgets(s, { size: { type: "string" } }));
  const graph = await s.graph(user("Patient", apiVersion, { size: "${schema.spec.size}" }));
  await graph.create("app");
  await graph.active("app");
  // Replaces the CRD of the kind by an APIService, so that an aggregated API serves the kind from now on.
  await s.restart(async () => {
    await s.cluster.patch(at, { metadata: { finalizers: [] } });
    await s.cluster.delete({ kind, name: "app" });
    service = await silenceApi(s.cluster, group, at);
  });
  try {
    const rgd = await refused(s, graph, "ControllerReady", /does not answer/);
    assert.equal(verdicts(rgd).GraphAccepted, "True/Valid");
    const app = await s.cluster.until(graph.instance("app"), (o) => o.status.state === "ERROR");
    assert.match(condition(app, "GraphResolved").message, /does not answer/);
    await s.cluster.get({ kind: "ConfigMap", name: "app" });
    const late = await s.apply(user("PatientToo", apiVersion, { size: "s" }));
    const unknown = await s.cluster.until(late.rgd, (o) => o.status);
    assert.equal(verdicts(unknown).GraphAccepted, "Unknown/KindsUnavailable");
  } finally {
    await s.cluster.delete(service!);
  }
  await s.cluster.untilGone(service!);
  await s.cluster.apply(object);
  await active(s, graph);
  await graph.active("app");
});

/**
 * Returns one RGD of a chain of RGDs. The RGD of each level creates an instance of the RGD one
 * level below. The RGD of level 0 creates a ConfigMap.
 */
function link(s: Scenario, level: number): GraphSpec {
  const suffix = s.namespace.slice(-8);
  const name = "${schema.metadata.name}";
  const below = `link${level - 1}-${suffix}`;
  const template = {
    apiVersion: `${below}.example.com/v1alpha1`,
    kind: `Link${level - 1}`,
    metadata: { name },
    spec: { value: "${schema.spec.value}" },
  };
  return {
    kind: `Link${level}`,
    spec: { value: "string" },
    status: { seen: level === 0 ? "${below.data.value}" : "${below.status.seen}" },
    resources: [
      level === 0
        ? configMap("below", name, { value: "${schema.spec.value}" })
        : { id: "below", template },
    ],
  };
}

for (
  const [title, order] of [["top first", [4, 3, 2, 1, 0]], ["mixed", [2, 0, 4, 1, 3]]] as const
) {
  kroTest(`five nested graphs become Active, applied ${title}`, async (s) => {
    const graphs = new Map<number, TestGraph>();
    for (const level of order) graphs.set(level, await s.apply(link(s, level)));
    for (const graph of graphs.values()) await active(s, graph);
    const top = graphs.get(4)!;
    await top.create("app", { value: "deep" });
    await top.active("app", (o) => o.status.seen === "deep");
    // Adds a field to the lowest RGD's kind. The RGDs above it must remain Active.
    const lowest = link(s, 0);
    await graphs.get(0)!.change({
      ...lowest,
      spec: { ...lowest.spec, more: "string | default=x" },
    });
    for (const graph of graphs.values()) await active(s, graph);
    await s.cluster.remove(top.instance("app"));
    assert.equal(await s.cluster.find({ kind: "ConfigMap", name: "app" }), undefined);
    // Deletes the RGDs from the top down, because an RGD must be deleted before the kind that it
    // uses. The test's automatic cleanup would use another order.
    for (const level of [4, 3, 2, 1, 0]) {
      await s.cluster.remove(graphs.get(level)!.rgd);
    }
  });
}
