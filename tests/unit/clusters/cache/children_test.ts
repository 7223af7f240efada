/**
 * Tests of the caches of child objects: which instances are requeued when a watch ends, and how kro checks a
 * deletion that a watch reports.
 */
import assert from "node:assert/strict";
import {
  ApiError,
  FINALIZER,
  type KindRef,
  type KubeObject,
  Label,
} from "../../../../src/api/mod.ts";
import { ChildCaches } from "../../../../src/clusters/mod.ts";
import type { KubeClient } from "../../../../src/kube/mod.ts";

const CONFIG_MAP: KindRef = {
  group: "",
  version: "v1",
  kind: "ConfigMap",
  plural: "configmaps",
  namespaced: true,
};

/** Returns a child object that has the same name as its instance. */
function child(name: string, deletionTimestamp?: string): KubeObject {
  return {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: {
      namespace: "ns",
      name,
      uid: `uid-${name}`,
      resourceVersion: "1",
      ...(deletionTimestamp && { deletionTimestamp, finalizers: ["example.com/hold"] }),
      labels: {
        [Label.owned]: "true",
        [Label.instanceGroup]: "example.com",
        [Label.instanceVersion]: "v1",
        [Label.instanceKind]: "Demo",
        [Label.instanceNamespace]: "ns",
        [Label.instanceName]: name,
        [Label.instanceId]: `instance-${name}`,
      },
    },
  };
}

/**
 * Returns caches that contain these child objects, and the names of the instances that the caches
 * requeue.
 */
async function cachesOf(...items: KubeObject[]) {
  const client: Partial<KubeClient> = {
    async *pages() {
      yield await Promise.resolve({ items, resourceVersion: "1" });
    },
    async *watch(_kind, { signal }) {
      await new Promise((resolve) => signal.addEventListener("abort", resolve));
      yield* [];
    },
    delete: () => Promise.resolve(),
  };
  const caches = new ChildCaches(client as KubeClient, {
    resolve: () => Promise.resolve(undefined),
  });
  await Promise.all(["old", "other"].map((owner) => caches.ensure(CONFIG_MAP, owner)));
  const woken: string[] = [];
  caches.onChange(({ name }) => woken.push(name));
  return { caches, woken };
}

Deno.test("the end of a watch wakes the instances that wait for a deletion it would have reported", async () => {
  const { caches, woken } = await cachesOf(
    child("stays"),
    child("deleted"),
    child("held", "2026-01-01T00:00:00Z"),
  );
  const writer = await caches.writerFor(CONFIG_MAP, "ns");
  const at = { namespace: "ns", name: "deleted", uid: "uid-deleted" };
  await writer!.delete(at, () => Promise.resolve());
  woken.length = 0;
  caches.release("old");
  assert.deepEqual(woken, [], "another owner keeps the watch");
  caches.release("other");
  assert.deepEqual(woken.sort(), ["deleted", "held"]);
  assert.equal(await caches.read(CONFIG_MAP, "ns", () => true), undefined, "the woken passes list");
});

Deno.test("an object stays cached while kro cannot check whether it was deleted", async () => {
  const object = child("kept");
  const { promise: checked, resolve: isChecked } = Promise.withResolvers<void>();
  let gets = 0;
  const client: Partial<KubeClient> = {
    async *pages() {
      yield await Promise.resolve({ items: [object], resourceVersion: "1" });
    },
    // The labels of the object no longer match the watch's label selector, so the API server reports a
    // deletion.
    async *watch(_kind, { signal }) {
      const metadata = { ...object.metadata, resourceVersion: "2" };
      yield { type: "DELETED", object: { ...object, metadata } };
      await new Promise((resolve) => signal.addEventListener("abort", resolve));
    },
    get() {
      if (++gets < 3) {
        return Promise.reject(new ApiError("connection reset", { reason: "Unreachable" }));
      }
      isChecked();
      return Promise.resolve(object);
    },
  };
  const caches = new ChildCaches(client as KubeClient, {
    resolve: () => Promise.resolve(undefined),
  });
  await caches.ensure(CONFIG_MAP, "owner");
  caches.onChange(() => isChecked());
  await checked;
  assert.equal(gets, 3, "the object is not reported as deleted before a GET has succeeded");
  assert.equal(caches.store(CONFIG_MAP)?.size, 1);
  caches.stop();
});

/** Runs all pending microtasks. */
async function microtasks(): Promise<void> {
  for (let i = 0; i < 100; i++) await Promise.resolve();
}

/**
 * kro deletes an object with these finalizers. Another client then removes the object's labels, so the watch
 * reports a deletion although the object exists. Returns the numbers of GET requests and of cached objects.
 *
 * @param release Whether kro removes its finalizer from the object before the API server reports the deletion.
 */
async function afterStripping(
  finalizers: string[] | undefined,
  release?: "accepted" | "refused",
): Promise<[number, number]> {
  const object = child("kept");
  const { labels, ...rest } = { ...object.metadata, deletionTimestamp: "2026-01-01T00:00:00Z" };
  const { promise: deleted, resolve: isDeleted } = Promise.withResolvers<void>();
  let gets = 0;
  const client: Partial<KubeClient> = {
    async *pages() {
      yield await Promise.resolve({ items: [object], resourceVersion: "1" });
    },
    async *watch(_kind, { signal }) {
      await deleted;
      const metadata = { ...rest, labels, finalizers, resourceVersion: "3" };
      yield { type: "DELETED", object: { ...object, metadata } };
      await new Promise((resolve) => signal.addEventListener("abort", resolve));
    },
    get() {
      gets++;
      const metadata = { ...rest, finalizers, resourceVersion: "3" };
      return Promise.resolve({ ...object, metadata });
    },
  };
  const caches = new ChildCaches(client as KubeClient, {
    resolve: () => Promise.resolve(undefined),
  });
  await caches.ensure(CONFIG_MAP, "owner");
  const { promise: woken, resolve: isWoken } = Promise.withResolvers<void>();
  caches.onChange(() => isWoken());
  const writer = await caches.writerFor(CONFIG_MAP, "ns");
  await writer!.delete(
    { namespace: "ns", name: "kept", uid: "uid-kept" },
    () => Promise.resolve(),
  );
  if (release) {
    const ref = { kind: CONFIG_MAP, namespace: "ns", name: "kept" };
    const answer = release === "accepted" ? Promise.resolve() : Promise.reject(new Error("409"));
    await caches.releaseInstance(ref, () => answer).catch(() => {});
  }
  isDeleted();
  await woken;
  const { size } = caches.store(CONFIG_MAP)!;
  caches.stop();
  return [gets, size];
}

Deno.test("an object that kro deleted and whose finalizer holds it stays cached when its labels are removed", async () => {
  assert.deepEqual(await afterStripping(["example.com/hold"]), [1, 1]);
  assert.deepEqual(await afterStripping([FINALIZER, "example.com/hold"]), [1, 1]);
});

Deno.test("an instance of another graph stays cached until kro removes its finalizer", async () => {
  assert.deepEqual(await afterStripping([FINALIZER]), [1, 1]);
  assert.deepEqual(await afterStripping([FINALIZER], "refused"), [1, 1]);
  assert.deepEqual(await afterStripping([FINALIZER], "accepted"), [0, 0]);
  assert.deepEqual(await afterStripping([FINALIZER, "example.com/hold"], "accepted"), [1, 1]);
});

Deno.test("instances that wait for a kind that is not served are woken by a list as soon as it is served", async () => {
  let isServed = true;
  const answered = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const notFound = () => new ApiError("not served", { reason: "NotFound", code: 404 });
  const client: Partial<KubeClient> = {
    async *pages() {
      if (!isServed) throw notFound();
      yield await Promise.resolve({ items: [], resourceVersion: "1" });
    },
    async *watch(_kind, { signal }) {
      await Promise.race([
        answered[0]!.promise,
        new Promise((resolve) => signal.addEventListener("abort", resolve)),
      ]);
      if (!isServed) throw notFound();
      yield* [];
    },
  };
  const caches = new ChildCaches(
    client as KubeClient,
    { resolve: () => Promise.resolve({ ...CONFIG_MAP, schema: {} }) },
    () => answered[1]!.resolve(),
  );
  const woken: string[] = [];
  caches.onServed((key) => woken.push(key));
  await caches.ensure(CONFIG_MAP, "owner");
  assert.equal(caches.isMissing(CONFIG_MAP, "one"), false);
  isServed = false;
  answered[0]!.resolve();
  await answered[1]!.promise;
  assert.equal(caches.isMissing(CONFIG_MAP, "one"), true);
  assert.equal(caches.isMissing(CONFIG_MAP, "one"), true);
  assert.equal(caches.isMissing(CONFIG_MAP, "deleted"), true);
  caches.forget("deleted");
  // The reflector now waits for a timer before it lists again. This test runs only microtasks, so the timer
  // does not end the wait.
  await microtasks();
  isServed = true;
  await caches.ensure(CONFIG_MAP, "owner");
  await microtasks();
  assert.deepEqual(woken, ["one"]);
  assert.equal(caches.isMissing(CONFIG_MAP, "one"), false);
  caches.stop();
});

Deno.test("a response to a write that is older than a list does not restore a deleted object", async () => {
  const object = child("gone");
  const lists: KubeObject[][] = [[], []];
  const expired = Promise.withResolvers<void>();
  const relisted = Promise.withResolvers<void>();
  let watches = 0;
  const client: Partial<KubeClient> = {
    async *pages() {
      const items = lists.shift() ?? [];
      yield await Promise.resolve({ items, resourceVersion: String(10 * (2 - lists.length)) });
    },
    async *watch(_kind, { signal }) {
      if (++watches > 1) {
        relisted.resolve();
        await new Promise((resolve) => signal.addEventListener("abort", resolve));
      }
      await expired.promise;
      yield* [];
      throw new ApiError("too old resource version", { reason: "Gone", code: 410 });
    },
  };
  const caches = new ChildCaches(client as KubeClient, {
    resolve: () => Promise.resolve(undefined),
  });
  await caches.ensure(CONFIG_MAP, "owner");
  const woken: string[] = [];
  caches.onChange(({ name }) => woken.push(name));
  const writer = await caches.writerFor(CONFIG_MAP, "ns");
  const metadata = { ...object.metadata, resourceVersion: "15" };
  // The API server creates the object at resourceVersion 15. While the watch is down, another client deletes
  // the object. The second list, at resourceVersion 20, arrives before the response to the write.
  await writer!.apply({ namespace: "ns", name: "gone" }, object, undefined, async () => {
    expired.resolve();
    await relisted.promise;
    return { ...object, metadata };
  });
  assert.equal(caches.store(CONFIG_MAP)?.size, 0);
  assert.deepEqual(woken, ["gone"]);
  caches.stop();
});
