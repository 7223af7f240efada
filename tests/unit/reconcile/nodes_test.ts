/**
 * Tests of nodes whose objects cannot be applied, and of their effect on dependent nodes: the object is
 * refused, invalid, in conflict, under deletion, or of a kind that is not served.
 */
import assert from "node:assert/strict";
import { ApiError, type JsonObject } from "../../../src/api/mod.ts";
import { MemoryCluster } from "../../../src/reconcile/mod.ts";
import { condition, configMap, mapNode, states, world } from "./fixtures.ts";

Deno.test("a failing node blocks its dependents, but not the healthy ones", async () => {
  class Denying extends MemoryCluster {
    denied = true;
    override apply(...args: Parameters<MemoryCluster["apply"]>) {
      if (this.denied && args[0].name === "demo-bad") {
        const message = 'admission webhook "policy" denied the request: no';
        return Promise.reject(new ApiError(message, { reason: "Forbidden", code: 403 }));
      }
      return super.apply(...args);
    }
  }
  const yaml = `
resources:${mapNode("bad", "x")}
${mapNode("good", "y")}
${mapNode("after", "${bad.data.value}")}
${mapNode("broken", "${string(1 / 0)}")}`;
  const w = await world(yaml.replace("1 / 0", "1 / (size(schema.metadata.name) - 4)"), {
    makeCluster: (o) => new Denying(o),
  });
  w.create();
  const outcome = await w.pass();
  assert.deepEqual(states(outcome), {
    bad: "Failed",
    good: "Ready",
    broken: "Failed",
    after: "Pending",
  });
  assert.equal(outcome.state, "ERROR");
  assert.equal(outcome.next.kind, "retry");
  const { message, reason } = condition(outcome.instance, "ResourcesReady");
  assert.equal(reason, "NotReady");
  assert.match(
    message!,
    /apply results contain errors: node "\w+": admission webhook "policy" denied/,
  );
  assert.match(message!, /\nnode "broken": failed to evaluate expression: eval "string\(1/);
  (w.cluster as Denying).denied = false;
  assert.equal(states(await w.pass()).after, "Ready");
});

Deno.test("an object under deletion blocks its node and dependents until it is deleted", async () => {
  const w = await world(`
resources:${mapNode("a", "x")}
${mapNode("b", "${a.data.value}")}
${mapNode("c", "y")}`);
  w.create();
  await w.pass();
  w.cluster.edit(configMap("demo-a"), (d) => d.metadata.finalizers = ["example.com/hold"]);
  w.cluster.evict(configMap("demo-a"));
  w.cluster.evict(configMap("demo-b"));
  w.cluster.evict(configMap("demo-c"));
  const outcome = await w.pass();
  assert.deepEqual(states(outcome), { a: "Deleting", b: "Pending", c: "Ready" });
  assert.equal(outcome.state, "IN_PROGRESS");
  const { reason, message } = condition(outcome.instance, "ResourcesReady");
  assert.equal(reason, "ResourceDeleting");
  assert.equal(
    message,
    'resource "default/demo-a" for node "a" is currently being deleted; waiting for deletion to ' +
      "complete before continuing reconciliation",
  );
  w.cluster.edit(configMap("demo-a"), (d) => delete d.metadata.finalizers);
  assert.equal((await w.pass()).state, "ACTIVE");
});

Deno.test("of two nodes with the same object the second is refused", async () => {
  const w = await world(`
resources:
  - id: a
    template: {apiVersion: v1, kind: ConfigMap, metadata: {name: "\${schema.metadata.name}"}}
  - id: b
    template: {apiVersion: v1, kind: ConfigMap, metadata: {name: demo}, data: {b: "1"}}`);
  w.create();
  const outcome = await w.pass();
  assert.equal(outcome.state, "IN_PROGRESS");
  assert.match(
    condition(outcome.instance, "ResourcesReady").message!,
    /found resources with conflicts: resourceID: b conflicts with resourceID: a/,
  );
});

Deno.test("an object whose name is computed as empty fails its node", async () => {
  const w = await world(`
resources:
  - id: a
    template: {apiVersion: v1, kind: ConfigMap, metadata: {name: "\${''}", generateName: x-}}`);
  w.create();
  const outcome = await w.pass();
  assert.equal(outcome.state, "ERROR");
  assert.match(outcome.nodes[0]!.reason!, /node "a": metadata.name is empty/);
});

for (
  const [field, value, what] of [
    ["labels", "y", "a string"],
    ["labels", ["y"], "a list"],
    ["annotations", { a: "b", c: true }, "an object with a boolean"],
  ] as const
) {
  Deno.test(`${field} that are computed as ${what} fail their node, and no object is created`, async () => {
    const w = await world(`
schema: {spec: {free: object}}
resources:
  - id: a
    template: {apiVersion: v1, kind: ConfigMap, metadata: {name: x, ${field}: "\${schema.spec.free.v}"}}`);
    w.create({ free: { v: structuredClone(value) } } as JsonObject);
    const outcome = await w.pass();
    assert.equal(outcome.state, "ERROR");
    assert.equal(
      outcome.nodes[0]!.reason,
      `node "a": metadata.${field} is not a map of strings`,
    );
    assert.equal(w.peek(configMap("x")), undefined);
  });
}

Deno.test("objects of a cluster-scoped instance must set their namespace", async () => {
  const w = await world(`
schema: {scope: Cluster, spec: {ns: string}}
resources:
  - id: a
    template: {apiVersion: v1, kind: ConfigMap, metadata: {name: x, namespace: "\${schema.spec.ns}"}}`);
  w.create({ ns: "" });
  assert.match((await w.pass()).nodes[0]!.reason!, /must resolve metadata\.namespace when/);
  w.change({ ns: "team" });
  const outcome = await w.pass();
  assert.equal(outcome.state, "ACTIVE");
  const child = w.configMap("x", "team")!;
  assert.equal("kro.run/instance-namespace" in child.metadata.labels!, false);
  assert.equal(
    w.instance().metadata.annotations!["applyset.kubernetes.io/additional-namespaces"],
    "team",
  );
});

Deno.test("an object waits for a kind that is not served, and the instance is retried after an answer", async () => {
  class Without extends MemoryCluster {
    gone = true;
    code: number | undefined = 404;
    override apply(...args: Parameters<MemoryCluster["apply"]>) {
      if (!this.gone || args[0].name !== "demo-a") return super.apply(...args);
      const error = { reason: "NotFound", code: this.code, isKindMissing: true } as const;
      return Promise.reject(new ApiError("not served", error));
    }
  }
  const w = await world(
    `
resources:${mapNode("a", "x")}
${mapNode("b", "y")}`,
    { makeCluster: (o) => new Without(o) },
  );
  w.create();
  const outcome = await w.pass();
  assert.deepEqual(states(outcome), { a: "Waiting", b: "Ready" });
  assert.equal(outcome.next.kind, "retry");
  assert.equal(outcome.state, "IN_PROGRESS");
  assert.match(
    condition(outcome.instance, "Ready").message!,
    /node "a": v1, kind ConfigMap is not served; waiting for the kind$/,
  );
  (w.cluster as Without).code = undefined;
  assert.equal((await w.pass()).next.kind, "wait", "without a request, an event ends the wait");
  (w.cluster as Without).gone = false;
  assert.equal((await w.pass()).state, "ACTIVE");
});
