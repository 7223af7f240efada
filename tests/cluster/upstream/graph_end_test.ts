// Tests of the deletion of an RGD: what happens to the instances, their objects, the CRD and kro's watches,
// and whether instances can still be deleted afterwards.
import assert from "node:assert/strict";
import { isEstablished } from "../../../src/kube/mod.ts";
import { ownCrds } from "../../../src/publish/mod.ts";
import {
  active,
  condition,
  configMap,
  eventually,
  type GraphSpec,
  installCrd,
  kroTest,
  NAME,
  revisionNumbers,
  type Scenario,
  sharedControlPlane,
  type TestGraph,
} from "../../support/cluster/mod.ts";

/** Returns an RGD with one ConfigMap. */
function graphOf(kind: string, value = "one"): GraphSpec {
  return {
    kind,
    spec: { f: "string | default=x" },
    resources: [configMap("config", NAME, { value })],
  };
}

/** Returns the number of open watches of each kind, according to the API server's metrics. */
async function watches(kinds: readonly string[]): Promise<number[]> {
  const { kubectl } = await sharedControlPlane();
  const { stdout } = await kubectl(["get", "--raw", "/metrics"]);
  const lines = stdout.split("\n").filter((line) =>
    line.startsWith("apiserver_longrunning_requests{") && line.includes('verb="WATCH"')
  );
  return kinds.map((kind) => {
    const [name, ...group] = kind.split(".");
    return lines.filter((line) =>
      line.includes(`group="${group.join(".")}"`) && line.includes(`resource="${name}"`)
    ).reduce((sum, line) => sum + Number(line.split(" ").at(-1)), 0);
  });
}

async function untilWatches(expected: Record<string, number>): Promise<void> {
  const [kinds, counts] = [Object.keys(expected), Object.values(expected)];
  await eventually(
    `watches ${JSON.stringify(expected)}`,
    async () => (await watches(kinds)).join() === counts.join(),
  );
}

/**
 * Installs a CRD for the kind Widget, applies an RGD whose instances create a Widget, and creates
 * an instance. Returns the RGD, the name of the CRD of the RGD's kind, and the name of the CRD of
 * Widget.
 */
async function widgetMaker(s: Scenario, kind: string): Promise<[TestGraph, string, string]> {
  const widget = await installCrd(s.cluster, "Widget", {});
  const metadata = { name: "${schema.metadata.name}" };
  const template = { apiVersion: widget.apiVersion, kind: "Widget", metadata };
  const graph = await s.graph({ kind, resources: [{ id: "widget", template }] });
  await graph.create("app");
  await graph.active("app");
  return [graph, `widgets.${widget.apiVersion.split("/")[0]}`, graph.crd.name];
}

kroTest("deleting an RGD and its CRD ends all their watches", async (s) => {
  const [graph, widgets, instances] = await widgetMaker(s, "Watched");
  await untilWatches({ [widgets]: 1, [instances]: 1 });
  await s.cluster.remove(graph.rgd);
  await untilWatches({ [widgets]: 0, [instances]: 0 });
});

kroTest("graphs share one watch of a kind, which ends with the last of them", async (s) => {
  const { apiVersion } = await installCrd(s.cluster, "Widget", {});
  const widgets = `widgets.${apiVersion.split("/")[0]}`;
  const metadata = { name: "${schema.metadata.name}" };
  const template = { apiVersion, kind: "Widget", metadata };
  const [first, second] = await Promise.all(
    ["ShareOne", "ShareTwo"].map((kind) => s.graph({ kind, resources: [{ id: "w", template }] })),
  ) as [TestGraph, TestGraph];
  const [one, two] = [first.crd.name, second.crd.name];
  await untilWatches({ [widgets]: 1, [one]: 1, [two]: 1 });
  await s.cluster.remove(first.rgd);
  await untilWatches({ [widgets]: 1, [one]: 0, [two]: 1 });
  await s.cluster.remove(second.rgd);
  await untilWatches({ [widgets]: 0, [two]: 0 });
});

kroTest(
  "when the CRD stays, only its instances are watched, and their deletion deletes their objects",
  async (s) => {
    const [graph, widgets, instances] = await widgetMaker(s, "Retired");
    await graph.create("other");
    await graph.active("other");
    await s.cluster.remove(graph.rgd);
    await untilWatches({ [widgets]: 0, [instances]: 1 });
    const widget = (name: string) => ({ kind: `Widget.${widgets.slice("widgets.".length)}`, name });
    await s.cluster.get(widget("app"));
    await s.cluster.remove(graph.instance("app"));
    assert.equal(await s.cluster.find(widget("app")), undefined);
    await s.cluster.get(widget("other"));
    // Restarts the controller after the RGD was deleted. The new controller has never seen the RGD, but must
    // still delete the instance's objects.
    await s.restart();
    await s.cluster.remove(graph.instance("other"));
    assert.equal(await s.cluster.find(widget("other")), undefined);
    await s.cluster.delete(graph.crd);
    await untilWatches({ [instances]: 0 });
  },
  { controller: { allowCrdDeletion: false } },
);

kroTest(
  "a deleted RGD reports the instances that it waits for, and is removed after the last of them",
  async (s) => {
    const graph = await s.graph(graphOf("Awaited"));
    for (const name of ["one", "two"]) {
      await graph.create(name);
      await graph.active(name);
    }
    const held = { kind: "ConfigMap", name: "one" };
    await s.cluster.patch(held, { metadata: { finalizers: ["example.com/held"] } });
    await s.cluster.delete(graph.rgd);
    const rgd = await s.cluster.until(graph.rgd, (o) => {
      const { reason, message } = condition(o, "KindReady");
      return reason === "WaitingForInstances" && message.endsWith(`: ${s.namespace}/one`);
    });
    assert.equal(rgd.status.state, "Inactive");
    await s.cluster.untilGone(graph.instance("two"));
    assert.equal(await s.cluster.find({ kind: "ConfigMap", name: "two" }), undefined);
    await s.cluster.until(graph.instance("one"), ({ status }) => status.state === "DELETING");
    // Restarts the controller. The new controller must finish the deletion that the old one has
    // started.
    await s.restart();
    await s.cluster.patch(held, { metadata: { finalizers: null } });
    await s.cluster.untilGone(graph.rgd);
    assert.equal(await s.cluster.find(held), undefined);
    await s.cluster.untilGone(graph.crd);
  },
  { controller: { instanceRequeueMs: 100 } },
);

kroTest(
  "the deletion of its last instance completes an RGD's deletion without polling",
  async (s) => {
    const graph = await s.graph(graphOf("Woken"));
    await graph.create("app");
    await graph.active("app");
    const held = { kind: "ConfigMap", name: "app" };
    await s.cluster.patch(held, { metadata: { finalizers: ["example.com/held"] } });
    await s.cluster.delete(graph.rgd);
    await s.cluster.until(
      graph.rgd,
      (o) => condition(o, "KindReady").reason === "WaitingForInstances",
    );
    await s.cluster.patch(held, { metadata: { finalizers: null } });
    await s.cluster.untilGone(graph.rgd);
    await s.cluster.untilGone(graph.crd);
  },
  { controller: { graphProgressMs: 3_600_000 } },
);

kroTest("a recreated RGD adopts its instances and continues the revision numbers", async (s) => {
  const graph = await s.graph(graphOf("Returning"));
  await graph.change(graphOf("Returning", "two"));
  await graph.create("app");
  await graph.active("app");
  const config = { kind: "ConfigMap", name: "app" };
  const { uid } = (await s.cluster.get(config)).metadata;
  await s.cluster.remove(graph.rgd);
  await s.cluster.patch(graph.instance("app"), { spec: { f: "y" } });

  const again = await s.apply(graphOf("Returning", "three"), graph.rgd.name);
  const rgd = await active(s, again);
  assert.equal(rgd.status.lastIssuedRevision, 3);
  assert.deepEqual(await revisionNumbers(s, again), [1, 2, 3]);
  const { labels } = (await s.cluster.get(again.crd)).metadata;
  assert.equal(labels["kro.run/resource-graph-definition-id"], rgd.metadata.uid);
  const after = await s.cluster.until(config, (o) => o.data.value === "three");
  assert.equal(after.metadata.uid, uid);
  await again.active("app");
}, { controller: { allowCrdDeletion: false } });

kroTest(
  "a CRD that a user deletes is removed with its instances, also across a restart, and created again",
  async (s) => {
    const graph = await s.graph(graphOf("Deleted"));
    await graph.create("app");
    await graph.active("app");
    const { uid } = (await s.cluster.get(graph.crd)).metadata;
    const held = { kind: "ConfigMap", name: "app" };
    await s.cluster.patch(held, { metadata: { finalizers: ["example.com/held"] } });
    await s.cluster.delete(graph.crd);
    await s.cluster.until(
      graph.rgd,
      (o) => /is being deleted/.test(condition(o, "KindReady").message),
    );
    await s.restart();
    await s.cluster.patch(held, { metadata: { finalizers: null } });
    await s.cluster.until(graph.crd, (o) => o.metadata.uid !== uid);
    await active(s, graph);
    assert.equal(await s.cluster.find(held), undefined);
    await graph.create("app");
    await graph.active("app");
  },
  { controller: { instanceRequeueMs: 100 } },
);

kroTest(
  "deleting kro's own CRD deletes the RGDs, but none of the objects that they created",
  async (s) => {
    const graph = await s.graph(graphOf("Uninstalled"));
    await graph.create("app");
    await graph.active("app");
    const config = { kind: "ConfigMap", name: "app" };
    const { uid } = (await s.cluster.get(config)).metadata;
    const own = ownCrds().find((o) => o.metadata.name === "resourcegraphdefinitions.kro.run")!;
    const at = { kind: "CustomResourceDefinition.apiextensions.k8s.io", name: own.metadata.name! };
    await s.cluster.remove(at);
    const app = await s.cluster.get(graph.instance("app"));
    assert.equal(app.metadata.deletionTimestamp, undefined);
    assert.equal((await s.cluster.get(config)).metadata.uid, uid);

    await s.cluster.create(own);
    await s.cluster.until(
      at,
      isEstablished,
    );
    const again = await eventually(
      "RGDs are served again",
      () => s.apply(graphOf("Uninstalled", "two"), graph.rgd.name).catch(() => undefined),
    );
    await active(s, again);
    const after = await s.cluster.until(config, (o) => o.data.value === "two");
    assert.equal(after.metadata.uid, uid);
  },
);
