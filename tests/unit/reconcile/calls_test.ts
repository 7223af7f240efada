/** Tests of the exact number of API requests that a reconciliation sends. */
import assert from "node:assert/strict";
import { condition, configMap, mapNode, world } from "./fixtures.ts";

const FIVE = `
schema:
  spec: {value: string | default="x"}
  status: {got: "\${b.data.value}"}
resources:${mapNode("a", "${schema.spec.value}")}
${mapNode("b", "${a.data.value}")}
${mapNode("c", "${a.data.value}")}
${mapNode("d", "fixed")}
${mapNode("e", "${b.data.value}")}
`;

const chain = (depth: number) => `
schema:
  spec: {value: string | default="x"}
resources:${
  Array.from(
    { length: depth },
    (_, i) => mapNode(`n${i}`, i === 0 ? "${schema.spec.value}" : `\${n${i - 1}.data.value}`),
  ).join("")
}
`;

Deno.test("creating N objects takes N + 2 requests in one pass: one patch, N applies, one status write", async () => {
  const w = await world(FIVE);
  w.create();
  const outcome = await w.pass();
  assert.deepEqual(w.counts(), { patch: 1, apply: 5, writeStatus: 1 });
  assert.equal(
    w.cluster.writes[0]!.verb,
    "patch",
    "the instance's inventory is written before the first child",
  );
  assert.equal(outcome.state, "ACTIVE");
  assert.deepEqual(outcome.next, { kind: "done" });
  assert.equal((w.instance().status as { got?: string }).got, "x");
});

Deno.test("a pass over an unchanged instance writes nothing and reads only from the cache", async () => {
  const w = await world(FIVE);
  w.create();
  await w.pass();
  w.now = new Date("2026-01-02T00:00:00Z");
  await w.pass();
  assert.deepEqual(w.counts(), {});
  assert.deepEqual(w.cluster.calls.filter((c) => c.verb.endsWith("Live")), []);
});

Deno.test("a drifted object is repaired with one apply", async () => {
  const w = await world(FIVE);
  w.create();
  await w.pass();
  w.cluster.edit(configMap("demo-d"), (d) => d.data = { value: "changed", extra: "kept" });
  await w.pass();
  assert.deepEqual(w.counts(), { apply: 1 });
  assert.deepEqual(w.configMap("demo-d")!.data, { value: "fixed", extra: "kept" });
});

Deno.test("a deleted object is created again with one apply", async () => {
  const w = await world(FIVE);
  w.create();
  await w.pass();
  w.cluster.evict(configMap("demo-d"));
  await w.pass();
  assert.deepEqual(w.counts(), { apply: 1 });
});

Deno.test("a change of the spec that affects k objects takes k + 1 requests in one pass", async () => {
  const w = await world(FIVE);
  w.create();
  await w.pass();
  w.change({ value: "y" });
  await w.pass();
  assert.deepEqual(w.counts(), { apply: 4, writeStatus: 1 });
  assert.equal((w.configMap("demo-e")!.data as { value: string }).value, "y");
});

for (const depth of [1, 3, 8]) {
  Deno.test(`a chain of depth ${depth} converges in one pass with ${depth} + 2 requests`, async () => {
    const w = await world(chain(depth));
    w.create();
    const outcome = await w.pass();
    assert.equal(outcome.state, "ACTIVE");
    assert.equal(w.cluster.writes.length, depth + 2);
    w.change({ value: "new" });
    await w.pass();
    assert.deepEqual(w.counts(), { apply: depth, writeStatus: 1 });
  });
}

Deno.test("a user's annotation, a new version of kro and another pod cause no write", async () => {
  const w = await world(FIVE);
  w.create();
  await w.pass();
  w.cluster.edit(w.ref(), (d) => d.metadata.annotations!["note"] = "hello");
  w.context = { ...w.context, version: "v0.10.0", podId: "pod-2" };
  await w.pass();
  assert.deepEqual(w.counts(), {});
});

Deno.test("a kind that becomes known during the pass takes one more patch, once", async () => {
  const w = await world(`
schema:
  spec: {on: string | default="true"}
resources:${mapNode("a", "${schema.spec.on}")}
  - id: late
    includeWhen: ["\${a.data.value == 'true'}"]
    template:
      apiVersion: v1
      kind: Secret
      metadata: {name: late}
`);
  w.create();
  await w.pass();
  assert.deepEqual(w.counts(), { patch: 2, apply: 2, writeStatus: 1 });
  await w.pass();
  assert.deepEqual(w.counts(), {});
  assert.equal(
    w.instance().metadata.annotations!["applyset.kubernetes.io/contains-group-kinds"],
    "ConfigMap,Secret",
  );
});

Deno.test("deleting N objects takes N + 2 requests and one live list per kind and namespace", async () => {
  const w = await world(FIVE);
  w.create();
  await w.pass();
  w.cluster.evict(w.ref());
  const outcome = await w.pass();
  assert.deepEqual(w.counts(), { writeStatus: 1, delete: 5, patch: 1 });
  assert.equal(w.cluster.calls.filter((c) => c.verb === "listMembersLive").length, 1);
  // kro deletes the objects in three waves. The first list finds all objects. Another list after each wave
  // checks that the objects of the wave no longer exist.
  assert.equal(w.cluster.calls.filter((c) => c.verb === "listMembers").length, 1 + 3);
  assert.equal(outcome.instance, undefined);
  assert.deepEqual(w.cluster.objects(), []);
});

Deno.test("a wave's deletion is checked by listing only its kinds and namespaces", async () => {
  const w = await world(`
schema: {spec: {}}
resources:${mapNode("a", "x")}
  - id: late
    template:
      apiVersion: v1
      kind: Secret
      metadata: {name: "\${a.data.value}", namespace: other}`);
  w.create();
  await w.pass();
  w.cluster.evict(w.ref());
  await w.pass();
  const lists = w.cluster.calls.filter((c) => c.verb === "listMembers").slice(4);
  const places = lists.map(({ ref }) => `${ref.kind.kind} ${ref.namespace}`);
  assert.deepEqual(places, ["Secret other", "ConfigMap default"]);
});

Deno.test("a status write that conflicts with a change of labels is retried in the same pass", async () => {
  const w = await world(FIVE);
  w.create();
  const { writeStatus } = w.cluster;
  let raced = false;
  w.cluster.writeStatus = function (ref, object) {
    if (!raced) {
      raced = true;
      this.edit(ref, (d) => d.metadata.labels!["team"] = "x");
    }
    return writeStatus.call(this, ref, object);
  };
  const outcome = await w.pass();
  assert.equal(w.counts().writeStatus, 2);
  assert.deepEqual(outcome.next, { kind: "done" });
  assert.equal(condition(w.instance(), "Ready").status, "True");
});

Deno.test("a status write that conflicts with a change of the spec is left to the next pass", async () => {
  const w = await world(FIVE);
  w.create();
  const { writeStatus } = w.cluster;
  w.cluster.writeStatus = function (ref, object) {
    this.edit(ref, (d) => d.spec = { value: "newer" });
    return writeStatus.call(this, ref, object);
  };
  const outcome = await w.pass();
  assert.equal(w.instance().status, undefined);
  assert.equal(outcome.next.kind, "wait");
});
