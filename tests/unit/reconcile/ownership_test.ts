/**
 * Tests of the ownership of objects: an instance adopts an object without an owner, and must not
 * change an object of another instance.
 */
import assert from "node:assert/strict";
import { configMap, foreignMap, mapNode, world } from "./fixtures.ts";

const FIXED = `
schema: {spec: {value: string | default="x"}}
resources:
  - id: a
    template:
      apiVersion: v1
      kind: ConfigMap
      metadata: {name: shared}
      data: {value: "\${schema.spec.value}"}`;

for (const ownedOnly of [false, true]) {
  const how = ownedOnly ? "outside the cache" : "in the cache";

  Deno.test(`an unowned object ${how} is adopted, and fields of other managers stay`, async () => {
    const w = await world(FIXED, { ownedOnly });
    const metadata = { labels: { team: "x" } };
    w.cluster.put(
      configMap("shared").kind,
      foreignMap("shared", { value: "old", mine: "1" }, metadata),
    );
    w.create();
    const outcome = await w.pass();
    assert.equal(outcome.state, "ACTIVE");
    assert.deepEqual(outcome.nodes[0]!.objects, [{
      apiVersion: "v1",
      kind: "ConfigMap",
      namespace: "default",
      name: "shared",
      action: "configured",
      adopted: true,
    }]);
    const object = w.configMap("shared")!;
    assert.deepEqual(object.data, { value: "x", mine: "1" });
    assert.equal(object.metadata.labels!.team, "x");
    const next = await w.pass();
    assert.equal(next.nodes[0]!.objects[0]!.adopted, undefined);
    assert.deepEqual(w.counts(), {});
  });
}

Deno.test("an object outside the cache is applied without force, read, and then adopted", async () => {
  const w = await world(FIXED, { ownedOnly: true });
  w.cluster.put(configMap("shared").kind, foreignMap("shared", { value: "old" }));
  w.create();
  await w.pass();
  const verbs = w.cluster.calls.map((c) => c.verb).filter((v) => v === "apply" || v === "getLive");
  assert.deepEqual(verbs, ["apply", "getLive", "apply"]);
});

Deno.test("if the conflicting object is deleted before it is read, the next apply is not forced either", async () => {
  const w = await world(FIXED, { ownedOnly: true });
  const foreign = () =>
    w.cluster.put(configMap("shared").kind, foreignMap("shared", { value: "1" }));
  foreign();
  const { getLive } = w.cluster;
  w.cluster.getLive = function (ref) {
    this.evict(ref);
    const answer = getLive.call(this, ref);
    foreign();
    return answer;
  };
  w.create();
  const outcome = await w.pass();
  assert.equal(outcome.state, "ERROR");
  assert.match(outcome.nodes[0]!.reason!, /conflict with "kubectl": \.data\.value/);
  assert.deepEqual(w.configMap("shared")!.data, { value: "1" });
});

Deno.test("of two instances with the same object the second is refused, and its reason names the owner", async () => {
  const w = await world(FIXED);
  w.create({ value: "1" }, "one");
  w.create({ value: "2" }, "two");
  await w.pass("one");
  const outcome = await w.pass("two");
  assert.equal(outcome.state, "ERROR");
  assert.match(
    outcome.nodes[0]!.reason!,
    /^node "\w+": resource belongs to a different ApplySet: default\/shared \(v1, Kind=ConfigMap\) belongs to ApplySet "applyset-.*", cannot reassign to "applyset-.*"; it is an object of Demo\.example\.com default\/one$/,
  );
  assert.deepEqual(w.configMap("shared")!.data, { value: "1" });
  w.cluster.evict(w.ref("two"));
  await w.pass("two");
  assert.ok(w.configMap("shared"), "deleting the second instance leaves the object");
});

Deno.test("children have kro's labels, which override the template's, and their apply order", async () => {
  const w = await world(`
resources:
  - id: a
    template:
      apiVersion: v1
      kind: ConfigMap
      metadata: {name: a, labels: {app: x, app.kubernetes.io/managed-by: me}, annotations: {note: n}}
${mapNode("b", "${a.metadata.name}")}`);
  w.create();
  await w.pass();
  const { uid } = w.instance().metadata;
  const { labels, annotations } = w.configMap("a")!.metadata;
  const { "applyset.kubernetes.io/part-of": partOf, ...rest } = labels!;
  assert.deepEqual(rest, {
    app: "x",
    "app.kubernetes.io/managed-by": "kro",
    "kro.run/owned": "true",
    "kro.run/kro-version": "v0.9.4",
    "kro.run/instance-id": uid,
    "kro.run/instance-name": "demo",
    "kro.run/instance-namespace": "default",
    "kro.run/instance-group": "example.com",
    "kro.run/instance-version": "v1alpha1",
    "kro.run/instance-kind": "Demo",
    "kro.run/node-id": "a",
  });
  assert.equal(partOf, w.instance().metadata.labels!["applyset.kubernetes.io/id"]);
  assert.deepEqual(annotations, { note: "n", "internal.kro.run/apply-order": "1" });
});

Deno.test("an instance whose name is too long for a label fails without a request, and names the label", async () => {
  const w = await world(FIXED);
  for (const [length, expected] of [[63, "ACTIVE"], [64, "ERROR"]] as const) {
    const name = "n".repeat(length);
    w.create({}, name);
    const outcome = await w.pass(name);
    assert.equal(outcome.state, expected);
    w.cluster.evict(w.ref(name));
    await w.converge(name);
    if (expected === "ACTIVE") continue;
    assert.deepEqual(w.cluster.calls.filter(({ verb }) => verb === "apply"), []);
    assert.equal(
      outcome.nodes[0]!.reason,
      'node "a": the name of the instance has 64 characters, but is also the value of the label ' +
        "kro.run/instance-name, which holds at most 63; use a shorter name",
    );
  }
});

Deno.test("a new version of kro alone causes no write to children", async () => {
  const w = await world(FIXED);
  w.create();
  await w.pass();
  w.context = { ...w.context, version: "v0.10.0" };
  await w.pass();
  assert.deepEqual(w.counts(), {});
  assert.equal(w.configMap("shared")!.metadata.labels!["kro.run/kro-version"], "v0.9.4");
});

Deno.test("an expression in a value of the instance is copied, not evaluated", async () => {
  const w = await world(FIXED);
  w.create({ value: "${schema.metadata.name}" });
  await w.pass();
  assert.deepEqual(w.configMap("shared")!.data, { value: "${schema.metadata.name}" });
});

Deno.test("a field dropped from the template is removed, and fields of other managers stay", async () => {
  const w = await world(`
schema: {spec: {labels: "map[string]string"}}
resources:
  - id: a
    template:
      apiVersion: v1
      kind: ConfigMap
      metadata: {name: shared}
      data: "\${schema.spec.labels}"`);
  w.create({ labels: { a: "1", b: "2" } });
  await w.pass();
  w.cluster.edit(configMap("shared"), (d) => (d.data as Record<string, string>).c = "3");
  w.cluster.edit(w.ref(), (d) => d.spec = { labels: { a: "1" } });
  await w.pass();
  assert.deepEqual(w.configMap("shared")!.data, { a: "1", c: "3" });
});
