/**
 * Tests of external references, which read one object by name or several objects by label selector.
 */
import assert from "node:assert/strict";
import { ApiError } from "../../../src/api/mod.ts";
import { condition, configMap, foreignMap, mapNode, world } from "./fixtures.ts";

Deno.test("an external reference by name waits for its object, follows its changes, and never writes it", async () => {
  const w = await world(`
resources:
  - id: ext
    externalRef: {apiVersion: v1, kind: ConfigMap, metadata: {name: settings}}
${mapNode("copy", "${ext.data.value}")}`);
  w.create();
  const first = await w.pass();
  assert.equal(first.state, "IN_PROGRESS");
  assert.match(
    condition(first.instance, "ResourcesReady").message!,
    /waiting for external reference "ext": not found$/,
  );
  w.cluster.put(configMap("settings").kind, foreignMap("settings", { value: "1" }));
  const before = w.configMap("settings");
  assert.equal((await w.pass()).state, "ACTIVE");
  w.cluster.edit(configMap("settings"), (d) => d.data = { value: "2" });
  await w.pass();
  assert.deepEqual(w.configMap("demo-copy")!.data, { value: "2" });
  assert.deepEqual(w.configMap("settings")!.metadata.labels, before!.metadata.labels);
  w.cluster.evict(configMap("settings"));
  assert.equal((await w.pass()).state, "IN_PROGRESS");
  assert.ok(w.configMap("demo-copy"), "objects created from it stay");
});

Deno.test("an external reference by selector lists the matching objects, and may be empty", async () => {
  const w = await world(`
schema:
  spec: {team: string | default="a"}
  status: {count: "\${size(ext)}"}
resources:
  - id: ext
    externalRef:
      apiVersion: v1
      kind: ConfigMap
      metadata: {namespace: default, selector: {matchLabels: {team: "\${schema.spec.team}"}}}
`);
  w.create();
  const empty = await w.pass();
  assert.equal(empty.state, "ACTIVE");
  assert.equal((empty.instance!.status as { count: number }).count, 0);
  for (const [name, team] of [["x", "a"], ["y", "a"], ["z", "b"]]) {
    const metadata = { labels: { team: team! } };
    w.cluster.put(configMap(name!).kind, foreignMap(name!, {}, metadata));
  }
  assert.equal(((await w.pass()).instance!.status as { count: number }).count, 2);
});

Deno.test("a computed selector is validated: a misspelled field is an error and does not select everything", async () => {
  const w = await world(`
schema:
  spec: {selector: object}
  status: {count: "\${size(ext)}"}
resources:
  - id: ext
    externalRef: {apiVersion: v1, kind: ConfigMap, metadata: {selector: "\${schema.spec.selector}"}}`);
  for (const namespace of ["default", "other"]) {
    const metadata = { namespace, labels: { team: "a" } };
    w.cluster.put(configMap("x").kind, foreignMap("x", {}, metadata));
  }
  w.create({ selector: { matchLabel: { team: "b" } } });
  const wrong = await w.pass();
  assert.equal(wrong.state, "ERROR");
  assert.match(wrong.nodes[0]!.reason!, /label selector for ext: unknown field "matchLabel"/);
  w.cluster.edit(w.ref(), (d) => d.spec = { selector: { matchLabels: { team: "a" } } });
  const { instance } = await w.pass();
  assert.equal(
    (instance!.status as { count: number }).count,
    2,
    "a selector without a namespace selects from all namespaces",
  );
});

for (const metadata of ["{name: settings}", "{selector: {matchLabels: {a: b}}}"]) {
  Deno.test(`an external reference ${metadata} names a kind that is not served, and does not block pruning`, async () => {
    const w = await world(`
schema: {spec: {wanted: "boolean | default=true"}}
resources:
  - id: ext
    externalRef: {apiVersion: apps/v1, kind: Deployment, metadata: ${metadata}}
${mapNode("other", "x", '\n    includeWhen: ["${schema.spec.wanted}"]')}`);
    w.create();
    const missing = () =>
      Promise.reject(new ApiError("gone", { reason: "NotFound", isKindMissing: true }));
    w.cluster.getExternal = missing;
    w.cluster.listExternal = missing;
    const { state, instance, next } = await w.pass();
    assert.equal(state, "IN_PROGRESS");
    assert.equal(next.kind, "wait");
    const kind = metadata.includes("name") ? "reference" : "collection";
    assert.equal(
      condition(instance, "ResourcesReady").message,
      "resource reconciliation failed: apply results contain errors: " +
        `waiting for external ${kind} "ext": apps/v1, kind Deployment is not served`,
    );
    w.change({ wanted: false });
    await w.pass();
    assert.equal(w.configMap("demo-other"), undefined);
  });
}
