/**
 * Tests of a node whose update the API server rejects. The nodes that depend on it must continue
 * with the existing object.
 */
import assert from "node:assert/strict";
import { ApiError, type JsonObject, type KubeObject } from "../../../src/api/mod.ts";
import { MemoryCluster } from "../../../src/reconcile/mod.ts";
import { condition, configMap, foreignMap, mapNode, states, world } from "./fixtures.ts";

/** A cluster that rejects every apply of the named objects. */
class Refusing extends MemoryCluster {
  readonly refused = new Set<string>();
  error = new ApiError("label is invalid", { reason: "Invalid", code: 422 });
  override apply(...args: Parameters<MemoryCluster["apply"]>) {
    return this.refused.has(args[0].name) ? Promise.reject(this.error) : super.apply(...args);
  }
}

const CHAIN = (more = "") => `
schema:
  spec: {v: string | default="1"}
  status: {a: "\${a.data.value}", b: "\${b.data.value}"}
resources:${mapNode("a", "${schema.spec.v}", more)}
${mapNode("b", "${schema.spec.v}-${a.data.value}")}`;

const chain = (more?: string) => world(CHAIN(more), { makeCluster: (o) => new Refusing(o) });

const fields = (object: KubeObject) => {
  const { a, b } = object.status as JsonObject;
  return { a, b };
};

for (
  const [reason, code] of [
    ["Invalid", 422],
    ["Forbidden", 403],
    ["Conflict", 409],
    ["ServerError", 500],
    ["ServerError", 503],
    ["TooManyRequests", 429],
    ["Unreachable", undefined],
  ] as const
) {
  Deno.test(`dependents are updated and repaired from the live object after ${code ?? reason}`, async () => {
    const w = await chain();
    w.create();
    await w.converge();
    const cluster = w.cluster as Refusing;
    cluster.error = new ApiError("refused", { reason, code });
    cluster.refused.add("demo-a");
    w.change({ v: "2" });
    const outcome = await w.pass();
    assert.deepEqual(states(outcome), { a: "Failed", b: "Ready" });
    assert.equal(outcome.state, "ERROR");
    assert.match(condition(outcome.instance, "Ready").message!, /node "a": refused/);
    assert.deepEqual(fields(outcome.instance!), { a: "1", b: "2-1" });
    w.cluster.evict(configMap("demo-b"));
    await w.pass();
    assert.deepEqual(w.configMap("demo-b")!.data, { value: "2-1" });
    cluster.refused.clear();
    assert.deepEqual(fields((await w.converge()).instance!), { a: "2", b: "2-2" });
  });
}

Deno.test("an includeWhen reads the live object after a refused update", async () => {
  const reader = (test: string) => `\n    includeWhen: ["\${a.data.value ${test} '1'}"]`;
  const w = await world(
    `
schema: {spec: {v: string | default="1"}}
resources:${mapNode("a", "${schema.spec.v}")}
${mapNode("b", "${schema.spec.v}", reader("=="))}
${mapNode("c", "${schema.spec.v}", reader("!="))}`,
    { makeCluster: (o) => new Refusing(o) },
  );
  w.create();
  await w.converge();
  (w.cluster as Refusing).refused.add("demo-a");
  w.change({ v: "2" });
  assert.deepEqual(states(await w.pass()), { a: "Failed", b: "Ready", c: "Skipped" });
});

Deno.test("every refusal of a pass is in the condition, also below another refused node", async () => {
  const w = await chain();
  w.create();
  await w.converge();
  const cluster = w.cluster as Refusing;
  cluster.refused.add("demo-a").add("demo-b");
  w.change({ v: "2" });
  const { instance } = await w.pass();
  assert.match(condition(instance, "Ready").message!, /node "a": label[^\n]*\nnode "b": label/);
});

Deno.test("dependents wait while the live object of a refused update is not ready", async () => {
  const w = await chain(`\n    readyWhen: ["\${a.data.value == '1'}"]`);
  w.create();
  await w.converge();
  w.cluster.edit(configMap("demo-a"), (d) => (d.data as JsonObject).value = "drifted");
  (w.cluster as Refusing).refused.add("demo-a");
  w.change({ v: "2" });
  assert.deepEqual(states(await w.pass()), { a: "Failed", b: "Pending" });
});

Deno.test("dependents wait for an object whose creation is refused", async () => {
  const w = await chain();
  (w.cluster as Refusing).refused.add("demo-a");
  w.create();
  assert.deepEqual(states(await w.pass()), { a: "Failed", b: "Pending" });
});

for (
  const [whose, labels] of [
    ["another instance", { "applyset.kubernetes.io/part-of": "applyset-other-v1" }],
    ["no owner", {}],
  ] as const
) {
  Deno.test(`neither dependents nor the status read a refused object of ${whose}`, async () => {
    const w = await chain();
    w.cluster.put(configMap("x").kind, foreignMap("demo-a", { value: "foreign" }, { labels }));
    (w.cluster as Refusing).refused.add("demo-a");
    w.create();
    const outcome = await w.pass();
    assert.deepEqual(states(outcome), { a: "Failed", b: "Pending" });
    assert.deepEqual(fields(outcome.instance!), { a: undefined, b: undefined });
  });
}

const COLLECTION = `
schema:
  spec: {v: string | default="1", names: "[]string"}
  status: {dep: "\${dep.data.value}"}
resources:
  - id: parts
    forEach: [{n: "\${schema.spec.names}"}]
    template:
      apiVersion: v1
      kind: ConfigMap
      metadata: {name: "demo-\${n}"}
      data: {value: "\${schema.spec.v}"}
${mapNode("dep", "${schema.spec.v}-${parts.map(i, i.data.value).join(',')}")}`;

Deno.test("below a collection, dependents go on if every item exists, and wait for a missing one", async () => {
  const w = await world(COLLECTION, { makeCluster: (o) => new Refusing(o) });
  w.create({ names: ["one", "two"] });
  await w.converge();
  const cluster = w.cluster as Refusing;
  cluster.refused.add("demo-one");
  w.change({ v: "2" });
  const outcome = await w.pass();
  assert.deepEqual(states(outcome), { parts: "Failed", dep: "Ready" });
  assert.equal((outcome.instance!.status as JsonObject).dep, "2-1,2");
  assert.equal(outcome.state, "ERROR");
  cluster.refused.add("demo-three");
  w.change({ names: ["one", "two", "three"] });
  assert.deepEqual(states(await w.pass()), { parts: "Failed", dep: "Pending" });
});
