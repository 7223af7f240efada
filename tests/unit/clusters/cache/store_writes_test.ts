/** Tests of the cache of child objects: watch events before and after the response to kro's own write. */
import assert from "node:assert/strict";
import { at, desired, filled, refused, seen, write } from "./store_fixtures.ts";

Deno.test("store: the echo of a write requeues nothing, a later event requeues the instance", async () => {
  const store = filled();
  assert.deepEqual(await write(store, { k: "1" }, seen(5, { data: { k: "1" } })), []);
  assert.deepEqual(store.names(store.observe(seen(5, { data: { k: "1" } }))), []);
  assert.deepEqual(store.names(store.observe(seen(6))), ["demo"]);
});

Deno.test("store: an echo before the response requeues nothing", async () => {
  const store = filled();
  const response = seen(5, { data: { k: "1" } });
  const requeued = await write(store, { k: "1" }, response, () => {
    assert.deepEqual(store.names(store.observe(response)), []);
  });
  assert.deepEqual(requeued, []);
});

Deno.test("store: a newer event before the response is kept, and requeues the instance after the response", async () => {
  const store = filled();
  const later = seen(6, { data: { k: "2" } });
  const requeued = await write(store, { k: "1" }, seen(5, { data: { k: "1" } }), () => {
    assert.deepEqual(store.names(store.observe(later)), []);
  });
  assert.deepEqual(requeued, ["demo"]);
  assert.deepEqual(store.get()?.data, { k: "2" });
  assert.equal(store.isUpToDate(at, desired({ k: "1" })), false);
});

Deno.test("store: an event during a refused write requeues the instance", async () => {
  const store = filled(seen(1));
  await refused((send) => store.apply(at, desired({}), undefined, send), () => {
    assert.deepEqual(store.names(store.observe(seen(2))), []);
  });
  assert.deepEqual(store.names(), ["demo"]);
});

Deno.test("store: an older event does not undo a write", async () => {
  const store = filled(seen(3));
  await write(store, { k: "1" }, seen(10, { data: { k: "1" } }));
  assert.deepEqual(store.names(store.observe(seen(9))), []);
  assert.equal(store.get()?.metadata.resourceVersion, "10");
});

Deno.test("store: an object that is created and deleted before the response stays deleted", async () => {
  const store = filled();
  const requeued = await write(store, {}, seen(5), () => {
    store.observe(seen(5));
    store.gone({ ...at, uid: "u1", resourceVersion: "6" });
  });
  assert.equal(store.get(), undefined);
  assert.deepEqual(requeued, ["demo"]);
});

Deno.test("store: of several events during a write only the last is handled, after the response", async () => {
  const store = filled(seen(3, { data: { k: "0" } }));
  const requeued = await write(store, { k: "1" }, seen(5, { data: { k: "1" } }), () => {
    store.observe(seen(5, { data: { k: "1" } }));
    store.observe(seen(6, { data: { k: "2" } }));
    store.observe(seen(7, { data: { k: "3" } }));
  });
  assert.deepEqual(requeued, ["demo"]);
  assert.deepEqual(store.get()?.data, { k: "3" });
  assert.ok(store.hasDrifted(at, desired({ k: "1" })), "kro's write held before the last event");

  await refused(
    (send) => store.apply(at, desired({}), undefined, send),
    () => store.observe(seen(9, { data: { k: "4" } })),
  );
  assert.deepEqual(store.names(), ["demo"]);
  assert.deepEqual(store.get()?.data, { k: "4" });
});

Deno.test("store: writtenRevision is the resourceVersion of kro's last write that changed the object", async () => {
  const store = filled();
  await write(store, { k: "1" }, seen(5, { data: { k: "1" } }));
  assert.equal(store.objects.writtenRevision(at), "5");
  store.observe(seen(6, { data: { k: "1" } }));
  assert.equal(store.objects.writtenRevision(at), "5", "another writer's change");
  await write(store, { k: "1" }, seen(6, { data: { k: "1" } }));
  assert.equal(store.objects.writtenRevision(at), "5", "it changed nothing");
  const echo = seen(7, { data: { k: "2" } });
  await write(store, { k: "2" }, echo, () => store.observe(echo));
  assert.equal(store.objects.writtenRevision(at), "7", "the event came before the response");
});
