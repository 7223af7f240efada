// Tests of controllers that start while objects already exist, of two concurrent controllers, and
// of the requests that a change of one RGD causes for other RGDs.
import assert from "node:assert/strict";
import {
  active,
  configMap,
  eventually,
  type GraphSpec,
  KroRequests,
  kroTest,
  type Live,
  NAME,
  revisionNumbers,
  revisions,
  type Scenario,
  secret,
  startController,
  SUITE,
  verdicts,
  writes,
} from "../../support/cluster/mod.ts";

/** Returns an RGD with a ConfigMap and a Secret. */
function graphOf(kind: string, value = "one"): GraphSpec {
  return {
    kind,
    spec: { f: "string | default=x" },
    status: { value: "${config.data.value}" },
    resources: [
      configMap("config", NAME, { value, f: "${schema.spec.f}" }),
      secret("secret", "${schema.metadata.name}-${config.data.value}"),
    ],
  };
}

/** Applies `count` RGDs, creates an instance of each, and waits until all instances are ACTIVE. */
async function many(s: Scenario, kind: string, count: number) {
  const graphs = await Promise.all(
    Array.from({ length: count }, (_, i) => s.graph(graphOf(`${kind}${i}`))),
  );
  for (const [index, graph] of graphs.entries()) {
    await graph.create(`app${index}`);
  }
  for (const [index, graph] of graphs.entries()) await graph.active(`app${index}`);
  await s.idle();
  return graphs;
}

kroTest("a restart with converged objects writes nothing", async (s) => {
  await many(s, "Converged", 20);
  await s.requests();
  await s.restart();
  await s.idle();
  assert.deepEqual(writes(await s.requests()), []);
});

kroTest("a CRD matches its graph despite the API server's normalization", async (s) => {
  const graph = await s.graph({
    kind: "Stored",
    spec: {
      text: 'string | required=true pattern="^[a-z]+$" minLength=1 description="A text."',
      size: "integer | default=1 minimum=1 maximum=9",
      ratio: "float | default=1.0",
      loose: 'object | default={"a": 1, "b": [1, 2]}',
      list: '[]string | default=["a", "b"] minItems=1 uniqueItems=true',
      map: "map[string]integer",
      level: 'string | enum="low,high" default=low',
      fixed: "string | immutable=true",
      nested: { deep: { deeper: "boolean | default=true" } },
      typed: "Item",
    },
    status: { name: "${config.metadata.name}", size: "${schema.spec.size}" },
    schema: {
      types: { Item: { key: "string", weights: "[]float" } },
      shortNames: ["std"],
      categories: ["all"],
      metadata: { labels: { a: "b" }, annotations: { c: "d" } },
      additionalPrinterColumns: [
        { name: "Size", type: "integer", jsonPath: ".spec.size", priority: 1, description: "" },
      ],
    },
    resources: [configMap("config", NAME)],
  });
  const { resourceVersion } = (await s.cluster.get(graph.crd)).metadata;
  await s.idle();
  await s.requests();
  await s.restart();
  // Changes an annotation of the RGD, so that kro reconciles the RGD again. The CRD of the RGD must
  // not change.
  await s.cluster.patch(graph.rgd, {
    metadata: { annotations: { "kro.run/allow-breaking-changes": "true" } },
  });
  await s.idle();
  assert.deepEqual(writes(await s.requests()), []);
  assert.equal((await s.cluster.get(graph.crd)).metadata.resourceVersion, resourceVersion);
});

kroTest("edits made while no controller ran are applied at the next start", async (s) => {
  const graph = await s.graph(graphOf("EditedDown"));
  await graph.create("app");
  await graph.active("app");
  await s.restart(async () => {
    await graph.put(graphOf("EditedDown", "two"));
    await graph.create("late");
  });
  const rgd = await active(s, graph);
  assert.equal(rgd.status.lastIssuedRevision, 2);
  for (const name of ["app", "late"]) {
    await graph.active(name, (o) => o.status.value === "two");
    await s.cluster.get({ kind: "Secret", name: `${name}-two` });
  }
  assert.equal(await s.cluster.find({ kind: "Secret", name: "app-one" }), undefined);
});

kroTest("a changed graph causes no lists for other graphs", async (s) => {
  const graphs = await many(s, "Sharing", 8);
  await s.requests();
  await graphs[0]!.change(graphOf("Sharing0", "two"));
  await graphs[0]!.active("app0", (o) => o.status.value === "two");
  await s.idle();
  const lists = (await s.requests()).filter(({ verb }) => verb === "list")
    .map(({ resource }) => resource);
  // kro lists only the RGD's own GraphRevisions, to choose the number of the next one.
  assert.deepEqual(lists, ["graphrevisions"]);
});

kroTest(
  "two concurrent controllers neither corrupt objects nor revert each other's writes",
  async (s) => {
    await using _other = await startController(SUITE);
    const graph = await s.graph(graphOf("Doubled"));
    const names = ["a", "b", "c"];
    for (const name of names) await graph.create(name);
    for (const name of names) await graph.active(name);
    for (const value of ["two", "three", "four"]) {
      await graph.put(graphOf("Doubled", value));
      for (const name of names) {
        await s.cluster.patch(graph.instance(name), { spec: { f: value } });
      }
    }
    const rgd = await active(s, graph);
    for (const name of names) {
      // Waits until each object has the new values. The wait may be long: one of the two controllers may see
      // a change late. It then mistakes the other controller for a field manager that keeps reverting fields,
      // and delays its own writes.
      await s.cluster.until(graph.instance(name), (o) => o.status.value === "four");
      await s.cluster.until(
        { kind: "ConfigMap", name },
        ({ data }) => data.f === "four" && data.value === "four",
      );
    }
    const owned = "kro.run/owned=true";
    const secrets = async () =>
      (await s.cluster.list("Secret", owned)).map((o: Live) => o.metadata.name).sort().join();
    const wanted = names.map((name) => `${name}-four`).join();
    await eventually(
      "the objects of earlier graphs are deleted",
      async () => await secrets() === wanted,
    );
    assert.deepEqual(
      await revisionNumbers(s, graph),
      Array.from(
        { length: rgd.status.lastIssuedRevision },
        (_, i) => i + 1,
      ),
    );
    assert.deepEqual(
      (await revisions(s, graph)).at(-1).spec.snapshot.spec.resources,
      rgd.spec.resources,
    );
    assert.deepEqual(Object.values(verdicts(rgd)), [
      "True/Resolved",
      "True/Valid",
      "True/Ready",
      "True/Running",
    ]);
    // Waits until both controllers are idle, which shows that neither reverts the other's writes.
    using requests = await KroRequests.open();
    await requests.idle(1500);
    await s.cluster.remove(graph.rgd);
    await s.cluster.untilGone(graph.crd);
    assert.equal(await secrets(), "");
  },
  { controller: { maxRevisions: 20 } },
);
