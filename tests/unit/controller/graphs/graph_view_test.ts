/** Tests of the description of an RGD that kro's JSON API returns. */
import assert from "node:assert/strict";
import type { ResourceGraphDefinition } from "../../../../src/api/mod.ts";
import { graphView } from "../../../../src/controller/graphs/graph_view.ts";
import { compileYaml, mapNode } from "../../reconcile/fixtures.ts";

const rgd = {
  apiVersion: "kro.run/v1alpha1",
  kind: "ResourceGraphDefinition",
  metadata: { name: "demo" },
  spec: { schema: { kind: "Demo", apiVersion: "v1alpha1" }, resources: [] },
} as unknown as ResourceGraphDefinition;

Deno.test("graphView shows the estimated cost of each expression and of a pass", async () => {
  const { graph } = await compileYaml(`
schema:
  spec: {names: "[]string | maxItems=5"}
resources:
  ${mapNode("one", "${schema.spec.names.map(n, n + '!').join(',')}").trim()}
`);
  const view = graphView(rgd, { graph, revision: 3 }, ["ready", "error"]);
  const [name, value] = view.nodes[0]!.expressions;
  assert.deepEqual([name!.path, value!.path], ["template.metadata.name", "template.data.value"]);
  assert.ok(value!.cost.min > 0 && value!.cost.max > 5 * 40);
  assert.equal(view.cost!.max, 2 * name!.cost.max + value!.cost.max);
  assert.deepEqual([view.instances, view.health.ready, view.health.error], [2, 1, 1]);
  assert.equal(view.cost!.min, name!.cost.min + value!.cost.min);
});

Deno.test("graphView of an RGD without a graph has no nodes and no cost", () => {
  const view = graphView(rgd, undefined, []);
  assert.deepEqual([view.nodes, "cost" in view], [[], false]);
});
