import assert from "node:assert/strict";
import type { KubeObject, ObjectMeta } from "../../../../src/api/mod.ts";
import { InstanceStore } from "../../../../src/controller/instances/store.ts";

function instance(resourceVersion: string, metadata: ObjectMeta = {}): KubeObject {
  return {
    apiVersion: "shop.example.com/v1",
    kind: "Cart",
    metadata: { namespace: "ns", name: "a", uid: "1", generation: 1, resourceVersion, ...metadata },
  };
}

Deno.test("an instance is looked at for its spec, deletion, suspension and what kro put on it, for nothing else", () => {
  const carried: ObjectMeta = {
    finalizers: ["kro.run/finalizer"],
    labels: { "kro.run/owned": "true", "applyset.kubernetes.io/id": "x" },
    annotations: { "applyset.kubernetes.io/contains-group-kinds": "ConfigMap" },
  };
  const { labels, annotations } = carried;
  const cases: [string, ObjectMeta, boolean][] = [
    ["a user's label", { ...carried, labels: { ...labels, a: "b" } }, false],
    ["another annotation", { ...carried, annotations: { ...annotations, a: "b" } }, false],
    ["another finalizer", { ...carried, finalizers: ["a/b", "kro.run/finalizer"] }, false],
    ["spec", { ...carried, generation: 2 }, true],
    ["deletion", { ...carried, deletionTimestamp: "2026-01-01T00:00:00Z" }, true],
    [
      "suspended",
      { ...carried, annotations: { ...annotations, "kro.run/reconcile": "Suspended" } },
      true,
    ],
    ["made anew", { ...carried, uid: "2" }, true],
    ["finalizer stripped", { ...carried, finalizers: [] }, true],
    ["label stripped", { ...carried, labels: { "kro.run/owned": "true" } }, true],
    [
      "inventory edited",
      { ...carried, annotations: { "applyset.kubernetes.io/contains-group-kinds": "Secret" } },
      true,
    ],
  ];
  for (const [what, metadata, expected] of cases) {
    const store = new InstanceStore();
    assert.equal(store.observe(instance("5", carried)), true, what);
    assert.equal(store.observe({ ...instance("6", carried), status: { a: 1 } }), false, what);
    assert.equal(store.observe(instance("7", metadata)), expected, what);
    assert.equal(store.observe(instance("8", metadata)), false, what);
  }
});

Deno.test("what our own patch put on an instance is no news; that somebody took it off again is", () => {
  const finalizers = ["kro.run/finalizer"];
  const store = new InstanceStore();
  store.observe(instance("5"));
  store.learn(instance("7", { finalizers }), true);
  assert.equal(store.observe(instance("6", { labels: { a: "b" } })), false, "before our patch");
  assert.equal(store.observe(instance("7", { finalizers })), false, "our patch");
  assert.equal(store.observe(instance("8")), true, "stripped");
});

Deno.test("an edit of what kro put there is not lost when our own status write shows it first", () => {
  const finalizers = ["kro.run/finalizer"];
  const store = new InstanceStore();
  store.observe(instance("5", { finalizers }));
  store.learn(instance("7"));
  assert.equal(store.observe(instance("6")), true);
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

Deno.test("kubectl's last-applied configuration is kept only where an expression looks at it", () => {
  const lastApplied = "kubectl.kubernetes.io/last-applied-configuration";
  const event = () => instance("5", { annotations: { [lastApplied]: "{}", a: "b" } });
  const store = new InstanceStore();
  store.observe(event());
  assert.deepEqual(store.get("ns/a")?.metadata.annotations, { a: "b" });
  store.keepsLastApplied = true;
  store.refresh(instance("4", { annotations: { [lastApplied]: "old" } }));
  store.refresh(instance("5", { uid: "2" }));
  assert.deepEqual(store.get("ns/a")?.metadata.annotations, { a: "b" });
  store.refresh(event());
  assert.deepEqual(store.get("ns/a")?.metadata.annotations, { [lastApplied]: "{}", a: "b" });
});

Deno.test("the event of our own patch is no news, though it comes before the answer; what came after is", () => {
  const finalizers = ["kro.run/finalizer"];
  const patchOf = () => {
    const store = new InstanceStore();
    store.observe(instance("5"));
    store.patching("ns/a");
    return store;
  };
  const echo = patchOf();
  assert.equal(echo.observe(instance("7", { finalizers })), false);
  echo.learn(instance("7", { finalizers }), true);
  assert.equal(echo.patched("ns/a", "7"), false);
  assert.equal(echo.observe(instance("8")), true, "later edits are news again");

  const edited = patchOf();
  assert.equal(edited.observe(instance("8")), false);
  assert.equal(edited.observe(instance("9", { labels: { "kro.run/owned": "false" } })), false);
  edited.learn(instance("7", { finalizers }), true);
  assert.equal(edited.patched("ns/a", "7"), true);
  assert.equal(edited.get("ns/a")?.metadata.resourceVersion, "9");

  const refused = patchOf();
  refused.observe(instance("8", { labels: { "kro.run/owned": "false" } }));
  assert.equal(refused.patched("ns/a"), true);
  const spec = patchOf();
  assert.equal(spec.observe(instance("8", { generation: 2 })), true, "a new spec does not wait");
});

Deno.test("a status write without an answer may still come: the event of it is news, once", () => {
  const active = (revision: string) => ({ ...instance(revision), status: { state: "ACTIVE" } });
  const waiting = (revision: string) => ({
    ...instance(revision),
    status: { state: "IN_PROGRESS" },
  });
  const store = new InstanceStore();
  store.observe(active("5"));
  store.unsure("ns/a");
  assert.equal(store.observe(active("5")), false, "what was there before");
  assert.equal(store.observe(waiting("6")), true, "the lost write");
  assert.equal(store.observe(waiting("7")), false, "somebody else's");

  store.unsure("ns/a");
  // It named the revision that this one has replaced: it cannot come any more.
  store.learn(active("8"));
  assert.equal(store.observe(waiting("9")), false);
});
