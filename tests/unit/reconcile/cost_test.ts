/**
 * Tests of the two limits on the CEL cost: of a single expression, and of all expressions of a
 * reconciliation.
 */
import assert from "node:assert/strict";
import { mapNode, states, world } from "./fixtures.ts";

const LOOP = "${string(lists.range(200).all(x, x >= 0))}";
const NODES = `
schema:
  spec: {}
resources:
${["a", "b", "c", "d"].map((id) => mapNode(id, LOOP)).join("\n")}
`;

Deno.test("an expression over its budget fails its node only", async () => {
  const w = await world(`
schema:
  spec: {}
resources:
${mapNode("expensive", "${string(lists.range(2000).all(x, x >= 0))}")}
${mapNode("cheap", LOOP)}
`);
  w.create();
  w.context = { ...w.context, costs: { expression: 30_000, pass: 1_000_000 } };
  const outcome = await w.pass();
  assert.deepEqual(states(outcome), { expensive: "Failed", cheap: "Ready" });
  assert.match(outcome.nodes[0]!.reason!, /expression costs too much to evaluate$/);
});

Deno.test("the expressions of a pass share a budget, and each pass has a new one", async () => {
  const w = await world(NODES);
  w.create();
  w.context = { ...w.context, costs: { expression: 30_000, pass: 40_000 } };
  for (let pass = 0; pass < 2; pass++) {
    const outcome = await w.pass();
    const failed = outcome.nodes.filter((node) => node.state === "Failed");
    assert.ok(failed.length > 0 && failed.length < 4, JSON.stringify(states(outcome)));
    assert.match(failed[0]!.reason!, /the expressions of this pass together cost too much/);
  }
  w.context = { ...w.context, costs: { expression: 30_000, pass: 200_000 } };
  assert.equal((await w.pass()).state, "ACTIVE");
});

Deno.test("a collection of a thousand objects is within the default budgets", async () => {
  const w = await world(`
schema:
  spec: {names: "[]string"}
resources:
  - id: many
    forEach: [{name: "\${schema.spec.names}"}]
    template:
      apiVersion: v1
      kind: ConfigMap
      metadata: {name: "\${schema.metadata.name + '-' + name}"}
      data:
        host: "\${name + '.' + schema.metadata.namespace + '.svc'}"
        upper: "\${name.upperAscii().replace('-', '_')}"
        known: "\${string(schema.spec.names.exists(n, n == name))}"
        text: "\${'%s of %d'.format([name, schema.spec.names.size()])}"
`);
  w.create({ names: Array.from({ length: 1000 }, (_, i) => `item-${i}`) });
  const outcome = await w.pass();
  assert.equal(outcome.state, "ACTIVE");
  assert.equal(w.configMaps().length, 1000);
});
