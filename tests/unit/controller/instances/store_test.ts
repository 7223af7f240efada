import assert from "node:assert/strict";
import { ApiError, type KubeObject, type ObjectMeta } from "../../../../src/api/mod.ts";
import { InstanceWrites } from "../../../../src/controller/instances/instance_writes.ts";
import { InstanceStore } from "../../../../src/controller/instances/store.ts";

function instance(resourceVersion: string, metadata: ObjectMeta = {}): KubeObject {
  return {
    apiVersion: "shop.example.com/v1",
    kind: "Cart",
    metadata: { namespace: "ns", name: "a", uid: "1", generation: 1, resourceVersion, ...metadata },
  };
}

/**
 * Starts a reconciliation of an instance. Returns three values: `store` contains the instance,
 * `writes` sends the writes of the running reconciliation, and `requeued` lists the keys that the
 * store has requeued.
 */
function duringPass(metadata: ObjectMeta = {}): {
  store: InstanceStore;
  writes: InstanceWrites;
  requeued: string[];
} {
  const requeued: string[] = [];
  const store = new InstanceStore((key) => requeued.push(key));
  store.observe(instance("5", metadata));
  return { store, writes: new InstanceWrites(store, "ns/a"), requeued };
}

/**
 * Calls `passEnded`, as the controller does at the end of a reconciliation. `response` is the response to the
 * last write of the reconciliation.
 */
function learn(store: InstanceStore, response: KubeObject): void {
  store.passEnded("ns/a", response);
}

const finalizers = ["kro.run/finalizer"];
const lost = new ApiError("timeout", { reason: "Timeout", code: 504 });
const refusal = new ApiError("conflict", { reason: "Conflict", code: 409 });

Deno.test("an instance is requeued for changes of its spec, deletion, suspension or kro's metadata only", () => {
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
    ["recreated", { ...carried, uid: "2" }, true],
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

Deno.test("kro's own patch does not requeue an instance; removing its metadata again does", async () => {
  const { store, writes, requeued } = duringPass();
  const patched = instance("7", { finalizers });
  assert.equal(await writes.patch(() => Promise.resolve(patched)), patched);
  writes.end(patched);
  assert.equal(
    store.observe(instance("6", { labels: { a: "b" } })),
    false,
    "an event before kro's patch",
  );
  assert.equal(store.observe(instance("7", { finalizers })), false, "the echo of kro's patch");
  assert.equal(store.observe(instance("8")), true, "the finalizer was removed");
  assert.deepEqual(requeued, []);
});

Deno.test("an edit of kro's metadata requeues, even if the response to kro's status write shows it first", () => {
  const { store } = duringPass({ finalizers });
  learn(store, instance("7"));
  assert.equal(store.observe(instance("6")), true);
});

Deno.test("the response to kro's own write is stored at once, and older events do not replace it", () => {
  const store = new InstanceStore();
  store.observe(instance("5"));
  learn(store, instance("9", { labels: { ours: "yes" } }));
  assert.equal(store.observe(instance("7")), false);
  assert.equal(store.get("ns/a")!.metadata.labels!.ours, "yes");
});

Deno.test("an edit of the spec requeues when its event arrives, even if a response shows it first", () => {
  const store = new InstanceStore();
  store.observe(instance("5"));
  learn(store, instance("9", { generation: 2 }));
  assert.equal(store.observe(instance("8", { generation: 2 })), true);
  assert.equal(store.get("ns/a")!.metadata.resourceVersion, "9");
});

Deno.test("a response after the deletion of an instance does not add it again", () => {
  const store = new InstanceStore();
  store.observe(instance("5"));
  store.remove(instance("6"));
  learn(store, instance("7"));
  assert.equal(store.get("ns/a"), undefined);
});

Deno.test("kubectl's last-applied configuration is kept only if an expression reads it", () => {
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

Deno.test("the echo of kro's patch does not requeue, even before the response", async () => {
  const { store, writes, requeued } = duringPass();
  const patched = instance("7", { finalizers });
  await writes.patch(() => {
    assert.equal(store.observe(instance("7", { finalizers })), false);
    return Promise.resolve(patched);
  });
  writes.end(patched);
  assert.deepEqual(requeued, []);
  assert.equal(store.observe(instance("8")), true, "later edits requeue");
});

Deno.test("an edit of kro's metadata during a pass requeues when the pass ends", async (t) => {
  const edited = instance("9", { labels: { "kro.run/owned": "false" } });
  const stripped = instance("8");
  const patched = instance("7", { finalizers });
  const answer = () => Promise.resolve(patched);
  await t.step("before the response", async () => {
    const { store, writes, requeued } = duringPass();
    await writes.patch(() => {
      assert.equal(store.observe(stripped), false);
      assert.equal(store.observe(edited), false);
      return answer();
    });
    writes.end(patched);
    assert.deepEqual(requeued, ["ns/a"]);
    assert.equal(store.get("ns/a")?.metadata.resourceVersion, "9");
    assert.equal(store.observe(instance("10", edited.metadata)), false, "once");
  });
  await t.step("after the response", async () => {
    const { store, writes, requeued } = duringPass();
    await writes.patch(answer);
    assert.equal(store.observe(edited), false);
    writes.end(patched);
    assert.deepEqual(requeued, ["ns/a"]);
  });
  await t.step("back to the state before kro's patch, after the echo of the patch", async () => {
    const { store, writes, requeued } = duringPass();
    await writes.patch(() => {
      store.observe(patched);
      store.observe(stripped);
      return answer();
    });
    writes.end(patched);
    assert.deepEqual(requeued, ["ns/a"]);
  });
  await t.step("although kro's patch was refused", async () => {
    const { store, writes, requeued } = duringPass();
    const sent = writes.patch(() => {
      store.observe(edited);
      return Promise.reject(refusal);
    });
    await assert.rejects(sent, refusal);
    writes.end(undefined);
    assert.deepEqual(requeued, ["ns/a"]);
  });
});

Deno.test("other changes during a pass requeue at once or not at all", async () => {
  const { store, writes, requeued } = duringPass();
  const patched = instance("7", { finalizers });
  await writes.patch(() => Promise.resolve(patched));
  assert.equal(store.observe(instance("8", { finalizers, labels: { a: "b" } })), false);
  assert.equal(store.observe(instance("9", { finalizers, generation: 2 })), true, "a new spec");
  writes.end(patched);
  assert.deepEqual(requeued, [], "the metadata of kro's patch is unchanged");
  assert.equal(store.get("ns/a")?.metadata.generation, 2);
});

Deno.test("a pass that throws keeps the instance of its last response", async () => {
  const { store, writes } = duringPass();
  await writes.patch(() => Promise.resolve(instance("7", { finalizers })));
  await writes.writeStatus(() => Promise.resolve(instance("8", { finalizers })));
  writes.end(undefined);
  assert.equal(store.get("ns/a")?.metadata.resourceVersion, "8");
  assert.equal(store.observe(instance("7", { finalizers })), false);
});

Deno.test("the response to a patch is ignored if the instance was recreated meanwhile", async () => {
  const { store, writes, requeued } = duringPass();
  await writes.patch(() => {
    assert.equal(store.observe(instance("9", { uid: "2" })), true);
    return Promise.resolve(instance("7", { finalizers }));
  });
  writes.end(instance("7", { finalizers }));
  assert.equal(store.get("ns/a")?.metadata.uid, "2");
  assert.equal(
    store.observe(instance("10", { uid: "2", finalizers })),
    true,
    "an edit of the new instance",
  );
  assert.deepEqual(requeued, []);
});

const active = (revision: string) => ({ ...instance(revision), status: { state: "ACTIVE" } });
const waiting = (revision: string) => ({
  ...instance(revision),
  status: { state: "IN_PROGRESS" },
});

/** Runs a reconciliation whose status write fails with `error`. */
async function failing(store: InstanceStore, error: unknown): Promise<void> {
  const writes = new InstanceWrites(store, "ns/a");
  await assert.rejects(writes.writeStatus(() => Promise.reject(error)));
  writes.end(undefined);
}

Deno.test("a status write without a response may still succeed: its event requeues once", async () => {
  const { store } = duringPass();
  await failing(store, lost);
  assert.equal(store.observe(active("5")), false, "the state before the write");
  assert.equal(store.observe(waiting("6")), true, "the lost write");
  assert.equal(store.observe(waiting("7")), false, "another writer's status");

  await failing(store, lost);
  // kro's next write succeeds and changes the resourceVersion. The earlier write, which got no response, has
  // the old resourceVersion as its precondition, so the API server can no longer accept it. A later event
  // with the status of the earlier write therefore shows a write of another client.
  const writes = new InstanceWrites(store, "ns/a");
  await writes.writeStatus(() => Promise.resolve(active("8")));
  writes.end(active("8"));
  assert.equal(store.observe(waiting("9")), false);

  await failing(store, refusal);
  assert.equal(store.observe(waiting("10")), false, "a refused write has no event");
});

Deno.test("the event of a status write without a response requeues at the end of the pass if it arrives before", async () => {
  const { store, writes, requeued } = duringPass();
  await writes.patch(() => Promise.resolve(instance("6", { finalizers })));
  const sent = writes.writeStatus(() => {
    store.observe(instance("7", { finalizers }));
    return Promise.reject(lost);
  });
  await assert.rejects(sent, lost);
  writes.end(undefined);
  assert.deepEqual(requeued, ["ns/a"]);
  assert.equal(store.observe(instance("8", { finalizers })), false, "once");
});

Deno.test("the sorted keys follow added and deleted instances", () => {
  const store = new InstanceStore();
  const named = (name: string) => instance("5", { name, uid: name });
  for (const name of ["b", "c"]) store.observe(named(name));
  assert.deepEqual(store.sortedKeys(), ["ns/b", "ns/c"]);
  store.observe(named("a"));
  assert.deepEqual(store.sortedKeys(), ["ns/a", "ns/b", "ns/c"]);
  store.remove(named("b"));
  assert.deepEqual(store.sortedKeys(), ["ns/a", "ns/c"]);
});
