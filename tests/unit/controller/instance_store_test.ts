import assert from "node:assert/strict";
import type { KubeObject, ObjectMeta } from "../../../src/api/mod.ts";
import { InstanceStore } from "../../../src/controller/instance_store.ts";

function instance(resourceVersion: string, metadata: ObjectMeta = {}): KubeObject {
  return {
    apiVersion: "shop.example.com/v1",
    kind: "Cart",
    metadata: { namespace: "ns", name: "a", uid: "1", generation: 1, resourceVersion, ...metadata },
  };
}

Deno.test("an instance is looked at for its spec, deletion, suspension and a new uid, for nothing else", () => {
  const cases: [string, ObjectMeta, boolean][] = [
    [
      "status, labels and finalizer",
      { labels: { a: "b" }, finalizers: ["kro.run/finalizer"] },
      false,
    ],
    ["another annotation", { annotations: { a: "b" } }, false],
    ["spec", { generation: 2 }, true],
    ["deletion", { deletionTimestamp: "2026-01-01T00:00:00Z" }, true],
    ["suspended", { annotations: { "kro.run/reconcile": "Suspended" } }, true],
    ["made anew", { uid: "2" }, true],
  ];
  for (const [what, metadata, expected] of cases) {
    const store = new InstanceStore();
    assert.equal(store.observe(instance("5")), true, what);
    assert.equal(store.observe(instance("6", metadata)), expected, what);
    assert.equal(store.observe(instance("7", metadata)), false, what);
  }
});

Deno.test("the answer to our own write is read before the watch has caught up, and outlives older events", () => {
  const store = new InstanceStore();
  store.observe(instance("5"));
  store.learn(instance("9", { labels: { ours: "yes" } }));
  assert.equal(store.observe(instance("7")), false);
  assert.equal(store.get("ns/a")!.metadata.labels!.ours, "yes");
});

Deno.test("an edit that our own write's answer shows first still wakes when its event comes", () => {
  const store = new InstanceStore();
  store.observe(instance("5"));
  store.learn(instance("9", { generation: 2 }));
  assert.equal(store.observe(instance("8", { generation: 2 })), true);
  assert.equal(store.get("ns/a")!.metadata.resourceVersion, "9");
});

Deno.test("an answer that comes after the instance is gone does not bring it back", () => {
  const store = new InstanceStore();
  store.observe(instance("5"));
  store.remove(instance("6"));
  store.learn(instance("7"));
  assert.equal(store.get("ns/a"), undefined);
});
