/**
 * Tests that kro's in-memory maps whose keys are names of objects stay small when users create and delete
 * many objects.
 */
import assert from "node:assert/strict";
import { CRD_KIND, type KubeObject, RGD_KIND } from "../../../src/api/mod.ts";
import { ChildCaches, RevertBackoff } from "../../../src/clusters/mod.ts";
import { Interests } from "../../../src/clusters/cache/interests.ts";
import { Owners } from "../../../src/clusters/cache/owners.ts";
import { ChildStore } from "../../../src/clusters/cache/store.ts";
import { Adopted } from "../../../src/controller/instances/adopted.ts";
import { EventRecorder } from "../../../src/controller/instances/event_recorder.ts";
import { GraphStore } from "../../../src/controller/graphs/graph_store.ts";
import type { KubeClient } from "../../../src/kube/mod.ts";
import { KIND, seen } from "../clusters/cache/store_fixtures.ts";

const NAMES = Array.from({ length: 20_000 }, (_, i) => `n${i}`);

Deno.test("the records of repairs are dropped ten minutes after the last repair", () => {
  let now = 0;
  const reverts = new RevertBackoff(() => now);
  for (const name of NAMES) {
    reverts.repaired(name);
    now += 1000;
  }
  assert.ok(reverts.size <= 601, `${reverts.size} records`);
});

Deno.test("an object that is repaired again and again keeps its record", () => {
  let now = 0;
  const reverts = new RevertBackoff(() => now);
  for (const name of NAMES.slice(0, 2000)) {
    reverts.repaired(name);
    reverts.repaired("kept", { field: "data.a" });
    now += 1000;
  }
  assert.ok(reverts.advise("kept").inspect);
});

Deno.test("the cache of children keeps nothing of deleted objects", async () => {
  const owners = new Owners();
  const { reads } = new ChildCaches({} as KubeClient, {
    resolve: () => Promise.resolve(undefined),
  });
  const store = new ChildStore(KIND, { reads, owners });
  for (const name of NAMES.slice(0, 2000)) {
    const object = seen(1, { name, uid: name, instance: name });
    const at = { namespace: "ns", name, uid: name };
    store.observe(object);
    await store.delete(at, () => Promise.resolve());
    assert.ok(store.deletedByUs(at));
    store.gone(at);
    assert.ok(!store.deletedByUs(at));
    assert.deepEqual(owners.withLabel("kro.run/instance-id", `uid-of-${name}`), []);
  }
  assert.equal(store.objects.size, 0);
});

Deno.test("the marks of deleted objects are dropped when the watch is lost or kro no longer owns the object", async () => {
  const at = { namespace: "ns", name: "a", uid: "u1" };
  const deleted = async () => {
    const store = new ChildStore(KIND);
    store.observe(seen(1));
    await store.delete(at, () => Promise.resolve());
    return store;
  };
  const lost = await deleted();
  lost.clear();
  assert.ok(!lost.deletedByUs(at));
  const taken = await deleted();
  taken.observe(seen(2, { foreign: true }));
  assert.ok(!taken.deletedByUs(at));
});

Deno.test("an instance without interests is not recorded", () => {
  const interests = new Interests();
  for (const name of NAMES) {
    interests.add(name, { kind: KIND, namespace: "ns", name });
    interests.replace(name, []);
  }
  assert.deepEqual(interests.counts(), []);
});

Deno.test("objects that kro deleted are no longer adopted", () => {
  const adopted = new Adopted();
  const object = {
    apiVersion: "v1",
    kind: "ConfigMap",
    action: "configured",
    adopted: true,
  } as const;
  for (const name of NAMES.slice(0, 1000)) {
    adopted.record([{ id: "a", state: "Ready", objects: [{ ...object, name }] }]);
    adopted.forget([{ ...object, name, action: "pruned" }]);
  }
  assert.equal(adopted.size, 0);
});

Deno.test("a deleted instance has no record of its Events", async () => {
  const created: string[] = [];
  const client = {
    create: (_kind: unknown, object: KubeObject) => {
      created.push(object.metadata.name!);
      return Promise.resolve(object);
    },
  } as unknown as KubeClient;
  const recorder = new EventRecorder(client, () => new Date(0));
  const instance = { apiVersion: "v1", kind: "A", metadata: { name: "a", uid: "u" } };
  const events = Array.from(
    { length: 40 },
    (_, i) => ({ type: "Normal", reason: "R", message: `m${i}` }) as const,
  );
  recorder.record(KIND, instance, events);
  await recorder.idle();
  assert.equal(created.length, 25);
  recorder.forget("u");
  recorder.record(KIND, instance, events);
  await recorder.idle();
  assert.equal(created.length, 50);
});

Deno.test("changes of many CRDs requeue an RGD that was published meanwhile", () => {
  const queued: string[] = [];
  const store = new GraphStore((key) => queued.push(key), () => {});
  const metadata = { name: "cart", uid: "1", generation: 1, resourceVersion: "1" };
  const spec = { schema: { kind: "Cart", apiVersion: "v1" } };
  const rgd = { apiVersion: "kro.run/v1alpha1", kind: RGD_KIND.kind, metadata, spec };
  store.rgdSeen(rgd);
  const published = { rgd, problems: [], uses: [], missing: [], buildSeconds: 0 };
  const requeuedAfter = (changes: number) => {
    const since = store.crdChanges.clock;
    for (const name of NAMES.slice(0, changes)) {
      const crd = { name: `${name}.example.com`, uid: crypto.randomUUID(), resourceVersion: "1" };
      store.crdSeen({ apiVersion: "apiextensions.k8s.io/v1", kind: CRD_KIND.kind, metadata: crd });
      store.crdGone(crd.name);
    }
    queued.length = 0;
    store.published(store.entry("cart")!, rgd, published, since);
    return queued.includes("rgd/cart");
  };
  assert.equal(requeuedAfter(10), false);
  assert.equal(requeuedAfter(2000), true);
});
