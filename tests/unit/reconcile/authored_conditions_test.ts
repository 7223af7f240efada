/**
 * Tests of custom conditions, which the author of an RGD declares in `schema.status.conditions`.
 */
import assert from "node:assert/strict";
import type { Condition } from "../../../src/api/mod.ts";
import { reconcile } from "../../../src/reconcile/mod.ts";
import { compileYaml, configMap, mapNode, world } from "./fixtures.ts";

const authored = (entries: string[]) => `
schema:
  spec: {on: string | default="True", names: "[]string"}
  status:
    conditions: ${JSON.stringify(entries)}
resources:${mapNode("a", "x")}`;

const list = (conditions: Condition[]) => conditions.map((c) => `${c.type}=${c.status}`);

Deno.test("author conditions replace kro's, in their order, and lastTransitionTime changes with the status", async () => {
  const w = await world(authored([
    "${runtime.newCondition({type: 'Zed', status: schema.spec.on, reason: 'Why', message: 'm'})}",
    "${schema.spec.names.map(n, runtime.newCondition({type: n, status: 'Unknown'}))}",
  ]));
  w.create({ names: ["B", "A"] });
  const { conditions, state } = await w.pass();
  const stamp = { lastTransitionTime: "2026-01-01T00:00:00Z", observedGeneration: 1 };
  assert.deepEqual(conditions, [
    { type: "Zed", status: "True", reason: "Why", message: "m", ...stamp },
    { type: "B", status: "Unknown", ...stamp },
    { type: "A", status: "Unknown", ...stamp },
  ]);
  assert.equal(state, "ACTIVE");
  w.now = new Date("2026-01-02T00:00:00Z");
  await w.pass();
  assert.deepEqual(w.counts(), {});
  w.change({ on: "False" });
  const after = (await w.pass()).conditions;
  assert.equal(after[0]!.lastTransitionTime, "2026-01-02T00:00:00Z");
  assert.equal(after[1]!.lastTransitionTime, "2026-01-01T00:00:00Z");
  assert.equal(after[1]!.observedGeneration, 2);
});

Deno.test("runtime.condition reads kro's own condition, even if the author overrides its type", async () => {
  const w = await world(authored([
    "${runtime.newCondition({type: 'Ready', status: 'False'})}",
    "${runtime.newCondition({type: 'Seen', status: runtime.condition(schema, 'InstanceManaged').status})}",
  ]));
  w.create();
  const { conditions, state } = await w.pass();
  assert.deepEqual(list(conditions), ["Ready=False", "Seen=True"]);
  assert.equal(state, "ACTIVE");
});

Deno.test("a condition whose data is missing keeps its last value", async () => {
  const w = await world(authored([
    "${runtime.newCondition({type: 'Value', status: a.data.value == 'x' ? 'True' : 'False'})}",
    "${runtime.newCondition({type: 'Label', status: a.metadata.labels.extra})}",
  ]));
  w.create();
  assert.deepEqual(list((await w.pass()).conditions), ["Value=True"]);
  w.cluster.edit(configMap("demo-a"), (d) => d.metadata.labels!.extra = "True");
  assert.deepEqual(list((await w.pass()).conditions), ["Value=True", "Label=True"]);
  w.cluster.edit(configMap("demo-a"), (d) => delete d.metadata.labels!.extra);
  assert.deepEqual(list((await w.pass()).conditions), ["Value=True", "Label=True"]);
});

Deno.test("a condition that an object does not have is left out, and keeps its last value", async () => {
  const w = await world(authored([
    "${runtime.condition(a, 'Ready')}",
    "${[runtime.condition(a, 'Available'), runtime.newCondition({type: 'Mine', status: 'True'})]}",
  ]));
  w.create();
  const first = await w.pass();
  assert.deepEqual(list(first.conditions), ["Mine=True"]);
  assert.equal(first.state, "ACTIVE");
  const setReady = (conditions: { type: string; status: string }[]) =>
    w.cluster.edit(configMap("demo-a"), (d) => Object.assign(d, { status: { conditions } }));
  setReady([{ type: "Ready", status: "True" }]);
  assert.deepEqual(list((await w.pass()).conditions), ["Ready=True", "Mine=True"]);
  setReady([]);
  const last = await w.pass();
  assert.deepEqual(list(last.conditions), ["Mine=True", "Ready=True"]);
  assert.equal(last.state, "ACTIVE");
});

Deno.test("a condition without a type, which upstream has written, is removed", async () => {
  const w = await world(authored(["${runtime.condition(a, 'Ready')}"]));
  w.create();
  const lastTransitionTime = "2026-01-01T00:00:00Z";
  const conditions = ["", "Old"].map((type) => ({ type, status: "", lastTransitionTime }));
  w.cluster.edit(w.ref(), (d) => Object.assign(d, { status: { state: "ACTIVE", conditions } }));
  assert.deepEqual(list((await w.pass()).conditions), ["Old="]);
});

for (
  const { name, entries } of [
    {
      name: "a duplicate type",
      entries: [
        "${['Two', 'Two'].map(t, runtime.newCondition({type: t, status: 'True'}))}",
        "${runtime.newCondition({type: 'Kept', status: 'True'})}",
      ],
    },
    {
      name: "a condition that fails to evaluate",
      entries: [
        "${runtime.newCondition({type: 'Two', status: string(1 / (size(schema.spec.on) - 4))})}",
        "${runtime.newCondition({type: 'Kept', status: 'True'})}",
      ],
    },
    {
      name: "a condition with an invalid status",
      entries: [
        "${runtime.newCondition({type: 'Two', status: schema.metadata.name})}",
        "${runtime.newCondition({type: 'Kept', status: 'True'})}",
      ],
    },
  ]
) {
  Deno.test(`${name} is dropped, the other conditions stay, and the state is ERROR`, async () => {
    const w = await world(authored(entries));
    w.create();
    const { conditions, state, next } = await w.pass();
    assert.deepEqual(list(conditions), ["Kept=True"]);
    assert.equal(state, "ERROR");
    assert.equal(next.kind, "retry");
  });
}

Deno.test("removing the conditions from the RGD restores kro's own conditions", async () => {
  const w = await world(authored(["${runtime.newCondition({type: 'Mine', status: 'True'})}"]));
  w.create();
  await w.pass();
  w.graph = (await compileYaml(`resources:${mapNode("a", "x")}`)).graph;
  const types = (await w.pass()).conditions.map((c) => c.type);
  assert.deepEqual(types.toSorted(), [
    "GraphResolved",
    "InstanceManaged",
    "InstanceSynced",
    "Ready",
    "ResourcesReady",
  ]);
});

Deno.test("without a usable revision author conditions stay unchanged", async () => {
  const w = await world(authored(["${runtime.newCondition({type: 'Mine', status: 'True'})}"]));
  w.create();
  await w.pass();
  const graph = { instance: w.kind, unresolved: "x" };
  const { conditions, state } = await reconcile(graph, w.instance(), w.cluster, w.context);
  assert.deepEqual(list(conditions), ["Mine=True"]);
  assert.equal(state, "ERROR");
});
