/** Tests that many DELETED events neither fill the memory nor take all connections. */
import assert from "node:assert/strict";
import { type KindRef, type KubeObject, Manager } from "../../../../src/api/mod.ts";
import type { KubeClient } from "../../../../src/kube/mod.ts";
import { DeletionEvents } from "../../../../src/clusters/cache/deletion_event.ts";
import { ChildStore } from "../../../../src/clusters/cache/store.ts";

const KIND: KindRef = { group: "a.b", version: "v1", kind: "A", plural: "as", namespaced: true };

/** Returns the nth object, which kro has applied. */
const object = (n: number): KubeObject => ({
  apiVersion: "a.b/v1",
  kind: "A",
  metadata: {
    namespace: "n",
    name: `a${n}`,
    uid: `${n}`,
    resourceVersion: "1",
    managedFields: [{ manager: Manager.children, operation: "Apply", fieldsV1: {} }],
  },
});

/** Runs all pending microtasks. */
async function flush(): Promise<void> {
  for (let i = 0; i < 200; i++) await Promise.resolve();
}

Deno.test("at most ten GETs confirm deletions of a kind, and 1,000 events make the watch wait", async () => {
  const answers: (() => void)[] = [];
  const client: Pick<KubeClient, "get"> = {
    get: () => new Promise((resolve) => answers.push(() => resolve(undefined))),
  };
  const store = new ChildStore(KIND);
  for (let n = 0; n < 1_000; n++) store.observe(object(n));
  assert.equal(store.objects.size, 1_000);
  const events = new DeletionEvents(client, store, new AbortController().signal);
  const handled: Promise<boolean>[] = [];
  while (handled.length < 999) handled.push(events.handle(object(handled.length)));
  assert.equal(events.ready(), undefined);
  handled.push(events.handle(object(999)));
  let isReady = false;
  const ready = events.ready()!.then(() => isReady = true);
  await flush();
  assert.equal(answers.length, 10);
  assert.equal(isReady, false);
  answers.shift()!();
  await ready;
  assert.equal(events.ready(), undefined);
  while (answers.length > 0) {
    answers.shift()!();
    await flush();
  }
  assert.equal((await Promise.all(handled)).length, 1_000);
});

Deno.test("the deletion of an object that is not cached needs no GET", async () => {
  const client: Pick<KubeClient, "get"> = {
    get: () => Promise.reject(new Error("a GET was sent")),
  };
  const events = new DeletionEvents(client, new ChildStore(KIND), new AbortController().signal);
  assert.equal(await events.handle(object(1)), false);
});
