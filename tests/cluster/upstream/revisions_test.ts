// Tests of GraphRevisions: which revision instances use, how revisions are numbered and deleted,
// and what a restart of the controller changes.
import assert from "node:assert/strict";
import { specHash } from "../../../src/graph/mod.ts";
import {
  condition,
  configMap,
  deployment,
  type GraphSpec,
  kroTest,
  NAME,
  refused,
  revisionNumbers,
  revisions,
  type Scenario,
  scenario,
  service,
  type TestGraph,
  verdicts,
} from "../../support/cluster/mod.ts";

/** Returns an RGD with a ConfigMap that contains the instance's data and a value from the RGD. */
function graphOf(kind: string, value = "one", default_ = "x"): GraphSpec {
  const data = { key: "${schema.spec.data}", value };
  return {
    kind,
    spec: { data: `string | default=${default_}` },
    resources: [configMap("config", NAME, data)],
  };
}

/** Waits until the instance's ConfigMap contains this data. */
function untilData(s: Scenario, name: string, data: Record<string, string>) {
  return s.cluster.until(
    { kind: "ConfigMap", name },
    (o) => Object.entries(data).every(([key, value]) => o.data[key] === value),
  );
}

scenario(
  "graphrevision:65",
  "the last valid revision serves while the RGD's spec is invalid",
  async (s) => {
    const graph = await s.graph(graphOf("Served"));
    await graph.create("app", { data: "a" });
    await graph.active("app");
    await graph.put({
      ...graphOf("Served"),
      resources: [
        service("serviceA", "${serviceB.metadata.name}"),
        service("serviceB", "${serviceA.metadata.name}"),
      ],
    });
    const rgd = await refused(s, graph, "GraphAccepted", /cycle/i);
    assert.deepEqual(verdicts(rgd), {
      GraphRevisionsResolved: "True/Resolved",
      GraphAccepted: "False/InvalidResourceGraph",
      KindReady: "True/Ready",
      ControllerReady: "True/Running",
    });
    assert.equal(
      condition(rgd, "GraphRevisionsResolved").message,
      "revision 1 compiled and active",
    );
    assert.equal(rgd.status.lastIssuedRevision, 1);
    assert.deepEqual(await revisionNumbers(s, graph), [1]);
    await s.cluster.patch(graph.instance("app"), { spec: { data: "b" } });
    await untilData(s, "app", { key: "b", value: "one" });
  },
);

scenario("graphrevision:192", "the newest revision creates new instances' objects", async (s) => {
  const graph = await s.graph({
    kind: "Compiled",
    spec: { image: "string" },
    resources: [deployment("app", "${schema.metadata.name}", {}, {
      containers: [{ name: "web", image: "${schema.spec.image}" }],
    })],
  });
  await graph.create("app", { image: "nginx:1.25" });
  const { spec } = await s.cluster.until({ kind: "Deployment.apps", name: "app" });
  assert.equal(spec.template.spec.containers[0].image, "nginx:1.25");
});

scenario("graphrevision:246", "a changed default creates a new revision", async (s) => {
  const graph = await s.graph(graphOf("Defaulted"));
  const rgd = await graph.change(graphOf("Defaulted", "one", "y"));
  assert.deepEqual([rgd.status.state, rgd.status.lastIssuedRevision], ["Active", 2]);
  await graph.create("app");
  await untilData(s, "app", { key: "y" });
});

scenario("graphrevision:353", "the spec of a revision is immutable", async (s) => {
  const graph = await s.graph(graphOf("Fixed"));
  const at = { kind: "GraphRevision.internal.kro.run", name: `${graph.rgd.name}-r00001` };
  await assert.rejects(s.cluster.patch(at, { spec: { revision: 7 } }), /immutable/);
});

scenario(
  "graphrevision:384",
  "edits of an instance reach its objects without a new revision",
  async (s) => {
    const graph = await s.graph(graphOf("Followed"));
    await graph.create("app", { data: "a" });
    await untilData(s, "app", { key: "a" });
    await s.cluster.patch(graph.instance("app"), { spec: { data: "b" } });
    await untilData(s, "app", { key: "b" });
    assert.deepEqual(await revisionNumbers(s, graph), [1]);
  },
);

const three = { controller: { maxRevisions: 3 } };

scenario("graphrevision_isolated:52", "the limit of kept revisions is enforced", async (s) => {
  const graph = await s.graph(graphOf("Kept"));
  for (let n = 2; n <= 6; n++) await graph.change(graphOf("Kept", `v${n}`));
  assert.deepEqual(await revisionNumbers(s, graph), [4, 5, 6]);
  const rgd = await graph.change(graphOf("Kept", "last"));
  assert.equal(rgd.status.lastIssuedRevision, 7);
  assert.deepEqual(await revisionNumbers(s, graph), [5, 6, 7]);
}, three);

for (const [limit, kept] of [[undefined, [3, 4, 5, 6, 7]], [0, [1, 2, 3, 4, 5, 6, 7]]] as const) {
  kroTest(
    limit === 0 ? "a limit of 0 keeps all revisions" : "five revisions are kept by default",
    async (s) => {
      const graph = await s.graph(graphOf("Limited"));
      for (let n = 2; n <= 7; n++) await graph.change(graphOf("Limited", `v${n}`));
      assert.deepEqual(await revisionNumbers(s, graph), kept);
    },
    { controller: { maxRevisions: limit } },
  );
}

scenario("graphrevision_isolated:112", "each new revision deletes the oldest one", async (s) => {
  const graph = await s.graph(graphOf("Moving"));
  for (let n = 2; n <= 8; n++) {
    await graph.change(graphOf("Moving", `v${n}`));
    const oldest = Math.max(1, n - 2);
    const kept = Array.from({ length: n - oldest + 1 }, (_, i) => oldest + i);
    assert.deepEqual(await revisionNumbers(s, graph), kept);
  }
}, three);

scenario(
  "graphrevision_isolated:160",
  "an existing instance follows each new revision",
  async (s) => {
    const graph = await s.graph(graphOf("Migrated"));
    await graph.create("app", { data: "mine" });
    for (let n = 2; n <= 5; n++) {
      await graph.change(graphOf("Migrated", `v${n}`));
      await untilData(s, "app", { key: "mine", value: `v${n}` });
    }
    assert.deepEqual(await revisionNumbers(s, graph), [3, 4, 5]);
  },
  three,
);

scenario("graphrevision_isolated:247", "a restart creates no revision", async (s) => {
  const graph = await s.graph(graphOf("Restarted"));
  await s.restart();
  assert.deepEqual(await revisionNumbers(s, graph), [1]);
  const kind = {
    group: "internal.kro.run",
    version: "v1alpha1",
    kind: "GraphRevision",
    plural: "graphrevisions",
    namespaced: false,
  };
  const fieldSelector = `spec.snapshot.name=${graph.rgd.name}`;
  const { items } = await s.cluster.client.list(kind, { fieldSelector });
  assert.deepEqual(items.map((o) => o.metadata.name), [`${graph.rgd.name}-r00001`]);
});

/** The conditions of a valid RGD, which must be the same after a restart. */
const RUNNING = {
  GraphRevisionsResolved: "True/Resolved",
  GraphAccepted: "True/Valid",
  KindReady: "True/Ready",
  ControllerReady: "True/Running",
};

scenario(
  "graphrevision_isolated:299",
  "a restart keeps revisions, conditions and objects unchanged",
  async (s) => {
    const graph = await s.graph(graphOf("Steady"));
    await graph.create("app", { data: "a" });
    const before = await graph.change(graphOf("Steady", "two"));
    await untilData(s, "app", { value: "two" });
    await s.restart();
    const rgd = await s.cluster.get(graph.rgd);
    assert.deepEqual(verdicts(rgd), RUNNING);
    assert.equal(
      condition(rgd, "GraphRevisionsResolved").message,
      "revision 2 compiled and active",
    );
    assert.equal(rgd.metadata.resourceVersion, before.metadata.resourceVersion);
    assert.deepEqual(await revisionNumbers(s, graph), [1, 2]);
    await s.cluster.patch(graph.instance("app"), { spec: { data: "b" } });
    await untilData(s, "app", { key: "b", value: "two" });
    const after = await graph.change(graphOf("Steady", "three"));
    assert.equal(after.status.lastIssuedRevision, 3);
    await untilData(s, "app", { key: "b", value: "three" });
  },
);

/**
 * Asserts that the newest revision contains the RGD's spec, and that the revisions' numbers have no
 * gap.
 */
async function gapless(s: Scenario, graph: TestGraph): Promise<number> {
  const all = await revisions(s, graph);
  const newest = all.at(-1)!;
  const rgd = await s.cluster.get(graph.rgd);
  assert.deepEqual(all.map(({ spec }) => spec.revision), all.map((_, i) => i + 1));
  assert.equal(newest.metadata.labels["kro.run/graph-revision-hash"], specHash(rgd.spec));
  assert.equal(rgd.status.lastIssuedRevision, newest.spec.revision);
  return newest.spec.revision;
}

const all = { controller: { maxRevisions: 20 } };

scenario(
  "graphrevision_isolated:417",
  "rapid changes of an RGD leave no gap in the revision numbers",
  async (s) => {
    const graph = await s.graph(graphOf("Rapid"));
    for (let n = 2; n <= 8; n++) await graph.put(graphOf("Rapid", `v${n}`));
    const last = await graph.change(graphOf("Rapid", "v9"));
    assert.equal(last.status.state, "Active");
    const newest = await gapless(s, graph);
    assert.ok(newest >= 2 && newest <= 9);
  },
  all,
);

scenario(
  "graphrevision_isolated:465",
  "alternating updates and restarts leave no gap in the revision numbers",
  async (s) => {
    const graph = await s.graph(graphOf("Turning"));
    for (let n = 2; n <= 4; n++) {
      await graph.change(graphOf("Turning", `v${n}`));
      await s.restart();
      assert.equal(await gapless(s, graph), n);
    }
    await graph.create("app", { data: "late" });
    await untilData(s, "app", { key: "late", value: "v4" });
  },
  all,
);
