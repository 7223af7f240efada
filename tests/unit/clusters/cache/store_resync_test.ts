/**
 * Tests of the cache of child objects: a list or a GET finds and corrects changes that no event has
 * reported.
 */
import assert from "node:assert/strict";
import { ChildStore } from "../../../../src/clusters/cache/store.ts";
import { at, filled, KIND, seen, write } from "./store_fixtures.ts";

Deno.test("store: a listed object agrees if it is known or older, and not if events missed its change", () => {
  const store = filled(seen(5, { data: { k: "1" } }));
  assert.ok(store.agrees(seen(5, { data: { k: "1" } })));
  assert.ok(store.agrees(seen(4, { data: { k: "0" } })), "the cache is ahead of the list");
  assert.ok(store.agrees(seen(9, { name: "b", foreign: true })), "copied labels");
  assert.ok(!store.agrees(seen(6, { data: { k: "1" } })));
  assert.ok(
    !store.agrees(seen(5, { data: { k: "2" } })),
    "the same resourceVersion with other data",
  );
  assert.ok(!store.agrees(seen(9, { uid: "u2" })));
  assert.ok(!store.agrees(seen(9, { name: "b" })));
});

Deno.test("store: correct stores a change that events missed and requeues, and ignores a known state", () => {
  const store = filled(seen(5));
  assert.equal(store.correct(seen(5)), false);
  assert.deepEqual(store.names(store.correct(seen(7, { instance: "other" }))), ["demo", "other"]);
  assert.deepEqual(store.names(store.correct(seen(9, { name: "b" }))), ["demo"]);
  assert.deepEqual(store.names(store.correctGone({ ...at, name: "b" })), ["demo"]);
  assert.equal(store.correctGone({ ...at, name: "b" }), false);
  assert.deepEqual(store.names(store.correct(seen(11, { foreign: true }))), ["demo", "other"]);
  assert.equal(store.objects.size, 0);
});

Deno.test("store: correct restores an object whose delete was answered but did not happen, and requeues", async () => {
  const store = filled(seen(5));
  await store.delete({ ...at, uid: seen(5).metadata.uid! }, () => Promise.resolve());
  assert.ok(store.get()!.metadata.deletionTimestamp);
  assert.ok(!store.agrees(seen(5)));
  assert.deepEqual(store.names(store.correct(seen(5))), ["demo"]);
  assert.equal(store.get()!.metadata.deletionTimestamp, undefined);
  assert.ok(store.agrees(seen(5)));
});

Deno.test("store: an object that kro wrote and that a later list lacks is reported as missing", async () => {
  const store = new ChildStore(KIND);
  for (const [name, revision] of [["a", 3], ["b", 5], ["c", 9]] as const) {
    const written = seen(revision, { name, uid: name });
    const place = { namespace: "ns", name };
    await store.apply(place, written, undefined, () => Promise.resolve(written));
  }
  const has = ({ name }: { name?: string }) => name === "b";
  const missing = (resourceVersion: string, namespace?: string) =>
    store.objects.missingFrom({ resourceVersion, namespace, has }).map((o) => o.metadata.name);
  // The list shows the state at resourceVersion 7. Object c is not in the list but does not count
  // as deleted, because kro has written it at resourceVersion 9.
  assert.deepEqual(missing("7"), ["a"]);
  assert.deepEqual(missing("9"), ["a", "c"]);
  assert.deepEqual(missing("9", "other"), []);
  assert.deepEqual(missing("", "ns"), []);
});

for (const known of [true, false]) {
  const what = known ? "deleted" : "created and deleted";
  Deno.test(`store: a list older than the answer to a write shows that the object was ${what}`, async () => {
    const store = known ? filled(seen(3)) : filled();
    const listed = (revision: number, ...names: string[]) =>
      store.listed({
        resourceVersion: String(revision),
        has: ({ name }) => name !== undefined && names.includes(name),
      });
    // The API server applies the object at resourceVersion 10, but the response is late. Another client
    // deletes the object at resourceVersion 11, while the watch is down. The list shows the state at
    // resourceVersion 12.
    const requeued = await write(store, { k: "1" }, seen(10, { data: { k: "1" } }), () => {
      assert.deepEqual(listed(12).map((o) => o.metadata.name), known ? ["a"] : []);
    });
    assert.deepEqual(requeued, ["demo"]);
    if (known) {
      store.gone({ ...at, uid: "u1", resourceVersion: "3" });
      store.names();
    }
    assert.equal(store.get(), undefined);
    assert.deepEqual(await write(store, {}, seen(20), () => void listed(19)), []);
    assert.equal(store.get()?.metadata.resourceVersion, "20", "a write after the list");
    assert.deepEqual(await write(store, {}, seen(30), () => void listed(31, "a")), []);
    assert.equal(store.get()?.metadata.resourceVersion, "30", "the list contains the object");
  });
}
