// Tests of the CRD that kro generates for an RGD: kro creates and updates the CRD, rejects unsupported
// changes, and reverts the changes of users.
import assert from "node:assert/strict";
import type { JsonObject } from "../../../src/api/mod.ts";
import { isEstablished } from "../../../src/kube/mod.ts";
import {
  active,
  condition,
  configMap,
  type GraphSpec,
  NAME,
  refused,
  scenario,
  specSchema,
} from "../../support/cluster/mod.ts";

/** Returns an RGD with one ConfigMap, and with this schema of the instance's spec. */
function graphOf(kind: string, spec: JsonObject, schema: JsonObject = {}): GraphSpec {
  return { kind, spec, schema, resources: [configMap("config", NAME)] };
}

const fields = { field1: "string", field2: "integer | default=42" };

scenario("crd:60", "an RGD creates the CRD of its kind", async (s) => {
  const graph = await s.graph(graphOf("TestResource", fields));
  const { spec, ...crd } = await s.cluster.get(graph.crd);
  const group = graph.apiVersion.split("/")[0];
  assert.equal(crd.metadata.name, `testresources.${group}`);
  assert.deepEqual([spec.group, spec.names.kind, spec.names.plural], [
    group,
    "TestResource",
    "testresources",
  ]);
  const { properties } = specSchema({ spec });
  assert.deepEqual(properties, {
    field1: { type: "string" },
    field2: { type: "integer", default: 42 },
  });
});

scenario("crd:111", "an added field reaches the CRD", async (s) => {
  const graph = await s.graph(graphOf("Grown", fields));
  await graph.change(graphOf("Grown", { ...fields, field3: "boolean" }));
  const { properties } = specSchema(await s.cluster.get(graph.crd));
  assert.deepEqual(Object.keys(properties), ["field1", "field2", "field3"]);
  assert.equal(properties.field3.type, "boolean");
});

scenario(
  "crd:165",
  "short names and categories of the CRD follow the RGD, including their removal",
  async (s) => {
    const names = (shortNames: string[], categories: string[]) =>
      graphOf("Named", fields, { shortNames, categories });
    const graph = await s.graph(names(["nmd"], ["all"]));
    const looks = async () => {
      const { shortNames = [], categories = [] } = (await s.cluster.get(graph.crd)).spec.names;
      return [shortNames, categories];
    };
    assert.deepEqual(await looks(), [["nmd"], ["all"]]);
    await graph.change(names(["nm", "nmx"], ["kro"]));
    assert.deepEqual(await looks(), [["nm", "nmx"], ["kro"]]);
    await graph.change(graphOf("Named", fields));
    assert.deepEqual(await looks(), [[], []]);
  },
);

scenario("crd:216", "the CRD is deleted with its RGD if CRD deletion is allowed", async (s) => {
  const graph = await s.graph(graphOf("Leaving", fields));
  await s.cluster.remove(graph.rgd);
  await s.cluster.untilGone(graph.crd);
});

/** Applies two RGDs that define the same kind. The first RGD becomes the owner of the kind's CRD. */
async function rivals(s: Parameters<Parameters<typeof scenario>[2]>[0], kind: string) {
  const winner = await s.graph(graphOf(kind, fields));
  const group = winner.apiVersion.split("/")[0];
  const loser = await s.apply(
    graphOf(kind, { other: "string" }, { group }),
    `loser-${s.namespace.slice(-8)}`,
  );
  const says = new RegExp(`owned by another ResourceGraphDefinition ${winner.rgd.name}`);
  await refused(s, loser, "KindReady", says);
  return { winner, loser };
}

scenario("crd:261", "a kind belongs to the RGD that created it first", async (s) => {
  const { winner, loser } = await rivals(s, "Rival");
  const { labels } = (await s.cluster.get(winner.crd)).metadata;
  assert.equal(labels["kro.run/owned"], "true");
  assert.equal(labels["kro.run/resource-graph-definition-name"], winner.rgd.name);
  const rgd = await s.cluster.get(loser.rgd);
  assert.equal(condition(rgd, "KindReady").reason, "Failed");
  assert.equal(
    condition(rgd, "KindReady").message,
    `failed to update CRD ${winner.crd.name}: CRD is owned by another ` +
      `ResourceGraphDefinition ${winner.rgd.name}`,
  );
});

scenario("crd:310", "deleting the RGD without the kind does not affect the owner", async (s) => {
  const { winner, loser } = await rivals(s, "Rivalled");
  await winner.create("old", { field1: "a" });
  await winner.active("old");
  await s.cluster.remove(loser.rgd);
  await s.cluster.get(winner.crd);
  assert.equal((await s.cluster.get(winner.rgd)).status.state, "Active");
  await s.cluster.patch(winner.instance("old"), { spec: { field1: "b" } });
  await winner.active("old");
  await winner.create("new", { field1: "a" });
  await winner.active("new");
  await s.cluster.get({ kind: "ConfigMap", name: "new" });
});

scenario("crd:436", "a breaking change waits for the annotation that allows it", async (s) => {
  const graph = await s.graph(graphOf("Broken", fields));
  await graph.put(graphOf("Broken", { field1: "string" }));
  const rgd = await refused(s, graph, "KindReady", /breaking/);
  assert.equal(
    condition(rgd, "KindReady").message,
    `cannot update CRD ${graph.crd.name}: breaking changes detected: Property field2 was ` +
      "removed (spec.field2). To update it anyway, annotate the ResourceGraphDefinition " +
      "with kro.run/allow-breaking-changes=true",
  );
  assert.ok(specSchema(await s.cluster.get(graph.crd)).properties.field2);
  const annotations = { "kro.run/allow-breaking-changes": "true" };
  await s.cluster.patch(graph.rgd, { metadata: { annotations } });
  await active(s, graph);
  const { properties } = specSchema(await s.cluster.get(graph.crd));
  assert.deepEqual(Object.keys(properties), ["field1"]);
});

scenario("crd:536", "a compatible change needs no annotation", async (s) => {
  const graph = await s.graph(graphOf("Mild", fields));
  const field3 = async () => specSchema(await s.cluster.get(graph.crd)).properties.field3;
  const extended = await graph.change(
    graphOf("Mild", { ...fields, field3: "integer | default=51" }),
  );
  assert.deepEqual([extended.status.state, (await field3()).default], ["Active", 51]);
  const changed = await graph.change(
    graphOf("Mild", { ...fields, field3: "integer | default=52" }),
  );
  assert.deepEqual([changed.status.state, (await field3()).default], ["Active", 52]);
});

scenario("crd:627", "removed constraints are removed from the CRD", async (s) => {
  const graph = await s.graph(graphOf("Bounded", { size: "integer | minimum=1 maximum=9" }));
  const size = async () => specSchema(await s.cluster.get(graph.crd)).properties.size;
  assert.deepEqual(await size(), { type: "integer", minimum: 1, maximum: 9 });
  await graph.change(graphOf("Bounded", { size: "integer" }));
  assert.deepEqual(await size(), { type: "integer" });
});

scenario("crd:693", "an edit of the CRD is reverted", async (s) => {
  const graph = await s.graph(graphOf("Edited", fields));
  const crd = await s.cluster.get(graph.crd);
  delete crd.metadata.managedFields;
  delete specSchema(crd).properties.field2;
  await s.cluster.replace(graph.crd, crd);
  await s.cluster.until(graph.crd, (o) => specSchema(o).properties.field2?.default === 42);
});

scenario("crd:766", "a deleted CRD is created again", async (s) => {
  const graph = await s.graph(graphOf("Restored", fields));
  const { metadata: { uid, labels } } = await s.cluster.get(graph.crd);
  await s.cluster.delete(graph.crd);
  const restored = await s.cluster.until(
    graph.crd,
    (crd) => crd.metadata.uid !== uid && isEstablished(crd),
  );
  assert.deepEqual(restored.metadata.labels, labels);
  await active(s, graph);
});
