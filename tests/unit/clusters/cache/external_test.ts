// Tests of the cache of external objects: which instances a change requeues, and when a cached
// object is out of date.
import assert from "node:assert/strict";
import { ApiError, type KindRef, type KubeObject } from "../../../../src/api/mod.ts";
import { ExternalCaches } from "../../../../src/clusters/mod.ts";
import type { KubeClient } from "../../../../src/kube/mod.ts";
import { ExternalStore } from "../../../../src/clusters/cache/external_store.ts";
import { type Interest, Interests } from "../../../../src/clusters/cache/interests.ts";
import { KeyedMutex } from "../../../../src/clusters/keyed_mutex.ts";
import { compareRevisions } from "../../../../src/kube/resource_version.ts";

const KIND: KindRef = {
  group: "",
  version: "v1",
  kind: "ConfigMap",
  plural: "configmaps",
  namespaced: true,
};
const at = { namespace: "ns", name: "a" };

function seen(resourceVersion: number, labels = {}, uid = "u1"): KubeObject {
  return {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { ...at, uid, labels, resourceVersion: String(resourceVersion) },
  };
}

Deno.test("external store: a read is returned until a newer event arrives", () => {
  const store = new ExternalStore("whole");
  store.observe(seen(1));
  assert.equal(store.get(at)?.object, undefined, "an event has metadata only");
  store.read({ ...seen(3), data: { k: "1" } });
  store.observe(seen(2));
  assert.deepEqual(store.get(at)?.object?.data, { k: "1" }, "the read is newer than the event");
  store.observe(seen(4));
  assert.equal(store.get(at)?.object, undefined);
});

Deno.test("external store: a read of an older revision or of another uid is not kept", () => {
  const store = new ExternalStore();
  store.observe(seen(5));
  store.read(seen(4));
  assert.equal(store.get(at)?.object, undefined);
  store.read(seen(9, {}, "u2"));
  assert.equal(store.get(at)?.object, undefined);
});

Deno.test("external store: a deletion removes the object with the same uid only", () => {
  const store = new ExternalStore();
  store.observe(seen(5, {}, "u2"));
  store.gone(seen(1, {}, "u1"));
  assert.ok(store.get(at));
  store.gone(seen(6, {}, "u2"));
  assert.equal(store.get(at), undefined);
});

const interests: { name: string; interest: Partial<Interest>; requeues: boolean }[] = [
  { name: "the changed object", interest: at, requeues: true },
  { name: "another name", interest: { ...at, name: "b" }, requeues: false },
  { name: "another namespace", interest: { ...at, namespace: "x" }, requeues: false },
  { name: "its new label", interest: { labelSelector: "role=new" }, requeues: true },
  { name: "its old label", interest: { labelSelector: "role=old" }, requeues: true },
  { name: "a label that it never had", interest: { labelSelector: "role=none" }, requeues: false },
  { name: "all objects of the kind", interest: {}, requeues: true },
  { name: "another kind", interest: { ...at, kind: { ...KIND, kind: "Secret" } }, requeues: false },
];
for (const { name, interest, requeues } of interests) {
  Deno.test(`interests: a change ${requeues ? "requeues" : "does not requeue"} a reader of ${name}`, () => {
    const all = new Interests();
    all.add("demo", { kind: KIND, ...interest });
    const before = seen(1, { role: "old" }).metadata;
    const after = seen(2, { role: "new" }).metadata;
    assert.deepEqual(all.matching(KIND, before, after), requeues ? ["demo"] : []);
  });
}

Deno.test("interests: a pass replaces the interests of the pass before", () => {
  const all = new Interests();
  all.add("demo", { kind: KIND, ...at });
  all.add("other", { kind: KIND, ...at });
  all.replace("demo", [{ kind: KIND, ...at, name: "b" }]);
  assert.deepEqual(all.matching(KIND, seen(1).metadata), ["other"]);
  all.replace("other", []);
  assert.deepEqual(all.matching(KIND, seen(1).metadata), []);
});

const revisions: [string, string, number][] = [
  ["9", "9", 0],
  ["10", "9", 1],
  ["9", "10", -1],
  ["123", "122", 1],
  ["opaque", "9", 1],
];
for (const [a, b, expected] of revisions) {
  Deno.test(`compareRevisions: ${a} with ${b}`, () => {
    assert.equal(Math.sign(compareRevisions(a, b)), expected);
  });
}

Deno.test("keyed mutex: work of one key runs one at a time and in order, also after a failure", async () => {
  const mutex = new KeyedMutex();
  const log: string[] = [];
  const work = (name: string, fails = false) => async () => {
    log.push(`${name} begins`);
    await Promise.resolve();
    log.push(`${name} ends`);
    if (fails) throw new Error(name);
  };
  const results = await Promise.allSettled([
    mutex.run("a", work("one", true)),
    mutex.run("a", work("two")),
    mutex.run("b", work("other")),
  ]);
  assert.deepEqual(results.map((each) => each.status), ["rejected", "fulfilled", "fulfilled"]);
  const ofA = log.filter((line) => !line.startsWith("other"));
  assert.deepEqual(ofA, ["one begins", "one ends", "two begins", "two ends"]);
  assert.ok(
    log.indexOf("other begins") < log.indexOf("one ends"),
    "work of another key does not wait",
  );
});

Deno.test("external caches: reading an unserved kind fails, and its readers are requeued once the kind is served", async () => {
  let isServed = true;
  const lost = Promise.withResolvers<void>();
  const failed = Promise.withResolvers<void>();
  const notFound = () => new ApiError("not served", { reason: "NotFound", code: 404 });
  const client: Partial<KubeClient> = {
    async *pages() {
      if (!isServed) throw notFound();
      yield await Promise.resolve({ items: [], resourceVersion: "1" });
    },
    async *watch(_kind, { signal }) {
      const aborted = new Promise((resolve) => signal.addEventListener("abort", resolve));
      await Promise.race([lost.promise, aborted]);
      if (!isServed) throw notFound();
      yield* [];
    },
  };
  const caches = new ExternalCaches(client as KubeClient, () => failed.resolve());
  const served = Promise.withResolvers<string>();
  caches.onChange(served.resolve);
  const ref = { kind: KIND, namespace: "ns", name: "a" };
  await caches.ensure({ kind: KIND, reads: "whole" }, "owner");
  caches.add("ns/reader", ref);
  assert.equal(await caches.get(ref), undefined);
  isServed = false;
  lost.resolve();
  await failed.promise;
  const isKindMissing = (error: unknown) => error instanceof ApiError && error.isKindMissing;
  await assert.rejects(caches.get(ref), isKindMissing);
  await assert.rejects(caches.list({ kind: KIND }), isKindMissing);
  isServed = true;
  await caches.ensure({ kind: KIND, reads: "whole" }, "owner");
  assert.equal(await served.promise, "ns/reader");
  assert.equal(await caches.get(ref), undefined);
  caches.stop();
});
