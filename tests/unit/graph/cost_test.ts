/** Tests of the estimated cost of an RGD's expressions. */
import assert from "node:assert/strict";
import { COST_LIMITS, dearExpressions, graphCost } from "../../../src/graph/mod.ts";
import { compileYaml } from "../reconcile/fixtures.ts";

const MAPS = `
schema:
  spec: {name: string, names: "[]string", few: "[]string | maxItems=10"}
  status: {first: "\${one.metadata.name}"}
resources:
  - id: one
    includeWhen: ["\${schema.spec.name != ''}"]
    readyWhen: ["\${one.data.size() > 0}"]
    template:
      apiVersion: v1
      kind: ConfigMap
      metadata: {name: "\${schema.spec.name}"}
      data:
        few: "\${string(schema.spec.few.all(a, schema.spec.few.all(b, a == b)))}"
        many: "\${string(schema.spec.names.all(a, schema.spec.names.all(b, a == b)))}"
  - id: all
    forEach: [{name: "\${schema.spec.few}"}]
    template:
      apiVersion: v1
      kind: ConfigMap
      metadata: {name: "\${schema.spec.name + name}"}
`;

Deno.test("graphCost estimates every expression and sums them up, with collections at their maximum size", async () => {
  const { graph } = await compileYaml(MAPS);
  const { expressions, pass } = graphCost(graph);
  assert.deepEqual(expressions.map(({ node, path }) => `${node ?? "-"} ${path}`), [
    "one includeWhen[0]",
    "one template.metadata.name",
    "one template.data.few",
    "one template.data.many",
    "one readyWhen[0]",
    "all forEach[0].name",
    "all template.metadata.name",
    "- schema.status.first",
  ]);
  assert.ok(expressions.every(({ cost }) => cost.min <= cost.max));
  const few = graphCost(graph, 10).pass;
  const name = expressions.find(({ node, path }) =>
    node === "all" && path === "template.metadata.name"
  )!;
  assert.equal(pass.max - few.max, 2 * 990 * name.cost.max);
  assert.equal(pass.min, 0);
});

Deno.test("nested loops over unbounded lists are reported as expensive; over bounded lists they are not", async () => {
  const cost = graphCost((await compileYaml(MAPS)).graph);
  assert.deepEqual(dearExpressions(cost).map(({ path }) => path), ["template.data.many"]);
  assert.deepEqual(dearExpressions(cost, { ...COST_LIMITS, expression: 2 ** 31 }), []);
});
