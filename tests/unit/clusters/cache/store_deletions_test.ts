/** Tests of the cache of child objects: deletions by kro and by other clients. */
import assert from "node:assert/strict";
import { ApiError } from "../../../../src/api/mod.ts";
import { at, filled, refused, seen, write } from "./store_fixtures.ts";

Deno.test("store: a late deletion of an earlier object does not remove its successor", async () => {
  const store = filled(seen(1));
  await write(store, {}, seen(7, { uid: "u2" }));
  assert.deepEqual(store.names(store.gone({ ...at, uid: "u1", resourceVersion: "6" })), []);
  assert.equal(store.get()?.metadata.uid, "u2");
});

Deno.test("store: a deletion requeues the instance, whatever its resourceVersion", () => {
  const store = filled(seen(9));
  assert.deepEqual(store.names(store.gone({ ...at, uid: "u1", resourceVersion: "3" })), ["demo"]);
  assert.equal(store.objects.size, 0);
});

Deno.test("store: after kro's delete the object is terminating, until its deletion event removes it", async () => {
  const store = filled(seen(1));
  assert.equal(store.deletedByUs({ ...at, uid: "u1" }), false);
  const before = new Date().toISOString();
  await store.delete({ ...at, uid: "u1" }, () => {
    assert.equal(store.deletedByUs({ ...at, uid: "u1" }), true, "from the moment of sending");
    return Promise.resolve();
  });
  const deletedAt = store.get()!.metadata.deletionTimestamp!;
  assert.ok(before <= deletedAt && deletedAt <= new Date().toISOString());
  assert.equal(store.deletedByUs({ ...at, uid: "u1" }), true);
  assert.deepEqual(store.names(store.gone({ ...at, uid: "u1", resourceVersion: "2" })), ["demo"]);
  assert.equal(store.deletedByUs({ ...at, uid: "u1" }), false);
});

Deno.test("store: deleting an object that does not exist removes it from the cache and requeues its instance", async () => {
  const store = filled(seen(1));
  const missing = new ApiError("not found", { reason: "NotFound", code: 404 });
  await store.delete({ ...at, uid: "u1" }, () => Promise.reject(missing));
  assert.equal(store.get(), undefined);
  assert.deepEqual(store.names(), ["demo"]);
});

Deno.test("store: a refused delete leaves the object unchanged", async () => {
  const store = filled(seen(1));
  await refused((send) => store.delete({ ...at, uid: "u1" }, send));
  assert.equal(store.deletedByUs({ ...at, uid: "u1" }), false);
  assert.equal(store.get()?.metadata.deletionTimestamp, undefined);
});
