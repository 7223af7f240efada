/** Tests that long messages are shortened in conditions and in the outcome of a reconciliation. */
import assert from "node:assert/strict";
import { Annotation, ApiError, type Condition, jsonText } from "../../../src/api/mod.ts";
import { MemoryCluster } from "../../../src/reconcile/mod.ts";
import { condition, configMap, mapNode, type World, world } from "./fixtures.ts";

/** A cluster that rejects every apply with a very long message. */
class Verbose extends MemoryCluster {
  override apply(): Promise<never> {
    const message = `apply: ${"v".repeat(700_000)}: field is immutable`;
    return Promise.reject(new ApiError(message, { reason: "Invalid", code: 422 }));
  }
}

Deno.test("a long refusal stands in one condition, cut, and shorter in the conditions that copy it", async () => {
  const w = await world(`\nresources:${mapNode("a", "x")}`, { makeCluster: (o) => new Verbose(o) });
  w.create();
  const { instance, nodes } = await w.pass();
  const resources = condition(instance, "ResourcesReady").message!;
  assert.match(resources, /node "a": apply: v+ … \[700\d+ characters\] … v+: field is immutable$/);
  assert.ok(resources.length < 1200, String(resources.length));
  const ready = condition(instance, "Ready");
  assert.equal(ready.reason, "NotReady");
  assert.match(ready.message!, /field is immutable; see the condition ResourcesReady$/);
  assert.ok(ready.message!.length < 320);
  assert.equal(condition(instance, "InstanceSynced").message, ready.message);
  assert.ok(nodes[0]!.reason!.length < 1200);
});

Deno.test("of several long refusals, each keeps its reason in the conditions that copy them", async () => {
  const nodes = ["a", "b", "c", "d"].map((id) => mapNode(id, `x-${id}`)).join("");
  const w = await world(`\nresources:${nodes}`, { makeCluster: (o) => new Verbose(o) });
  w.create();
  const { instance } = await w.pass();
  const { message = "" } = condition(instance, "Ready");
  const lines = message.split("\n");
  assert.equal(lines.length, 3);
  for (const [i, line] of lines.entries()) {
    assert.match(line, new RegExp(`node "${"abc"[i]}": .* characters\\] … v+: field is immutable`));
  }
  assert.ok(message.endsWith("; see the condition ResourcesReady"));
  assert.ok(message.length < 600, String(message.length));
});

const LONG = "v".repeat(700_000);

const messages: Record<string, [type: string, start: RegExp, act: (w: World) => void]> = {
  "a refusal to patch the instance": [
    "InstanceManaged",
    /^finalizer\/labeling failed: v+/,
    ({ cluster }) => {
      const error = new ApiError(LONG, { reason: "Invalid", code: 422 });
      cluster.patch = () => Promise.reject(error);
    },
  ],
  "a field that another manager keeps reverting": [
    "ResourcesReady",
    /^resource reconciliation failed: .* keeps reverting/,
    ({ cluster }) => {
      const apply = cluster.apply.bind(cluster);
      cluster.apply = async (...args) => ({
        ...await apply(...args),
        reverted: { field: `data.${LONG}`, manager: "other", dueMs: 1 },
      });
    },
  ],
  "a deletion with an invalid inventory": [
    "ResourcesReady",
    /^deletion blocked: validate deletion inventory: invalid .*v+/,
    (w) => {
      w.cluster.edit(w.ref(), (d) => d.metadata.annotations![Annotation.groupKinds] = `${LONG}_`);
      w.cluster.evict(w.ref());
    },
  ],
  "an object with long finalizers": [
    "ResourcesReady",
    /^deleting resources: waiting for .* \(finalizers: v+/,
    (w) => {
      w.cluster.edit(configMap("demo-a"), (d) => d.metadata.finalizers = [LONG]);
      w.cluster.evict(w.ref());
      w.cluster.evict(configMap("demo-a"));
    },
  ],
};

for (const [name, [type, start, act]] of Object.entries(messages)) {
  Deno.test(`the message of ${name} is cut`, async () => {
    const w = await world(`\nresources:${mapNode("a", "x")}`);
    w.create();
    const isNew = type === "InstanceManaged";
    if (!isNew) await w.converge();
    act(w);
    const { instance, conditions, next } = await w.pass();
    for (const text of [condition(instance, type).message!, jsonText(conditions), jsonText(next)]) {
      assert.ok(text.length < 4000, String(text.length));
    }
    assert.match(condition(instance, type).message!, start);
  });
}

Deno.test("messages of nodes do not grow along a chain of dependents", async () => {
  const chain = Array.from(
    { length: 60 },
    (_, i) => mapNode(`n${i}`, i === 0 ? "x" : `\${n${i - 1}.data.value}`),
  );
  const w = await world(`\nresources:${chain.join("")}`, { makeCluster: (o) => new Verbose(o) });
  w.create();
  const { nodes } = await w.pass();
  for (const { id, reason } of nodes) assert.ok(reason!.length < 1200, `${id}: ${reason!.length}`);
});

Deno.test("an expression of any length and its failure fit into a message", async () => {
  const text = `"${"e".repeat(50_000)}" + string(1 / (schema.spec.i - 5))`;
  const w = await world(
    `\nschema: {spec: {i: integer | default=5}}\nresources:${
      mapNode("a", `\${${text.replaceAll('"', "'")}}`)
    }`,
  );
  w.create();
  const { instance, state } = await w.pass();
  assert.equal(state, "ERROR");
  const { message } = condition(instance, "ResourcesReady");
  assert.match(message!, /e+ … \[500\d+ characters\] … .*zero/);
  assert.ok(message!.length < 1200);
});

Deno.test("conditions of an author are cut to what a condition may hold", async () => {
  const w = await world(`
schema:
  spec: {n: integer | default=100000}
  status:
    conditions: ["\${runtime.newCondition({type: 'Mine', status: 'True', message: random.seededString(schema.spec.n, 'a')})}"]
resources:${mapNode("a", "x")}`);
  w.create();
  const { instance } = await w.pass();
  const [mine] = (instance!.status as { conditions: Condition[] }).conditions;
  assert.equal(mine!.message!.length, 32_768);
  assert.ok(jsonText(instance!.status).length < 40_000);
});
