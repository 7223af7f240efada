/**
 * Tests of the cache of child objects: the labels of an object decide which instance an event requeues, and
 * to which ApplySet and collection the object belongs.
 */
import assert from "node:assert/strict";
import { INSTANCE_LABELS, type KubeObject, Label } from "../../../../src/api/mod.ts";
import { isMember, isTaken } from "../../../../src/reconcile/mod.ts";
import { at, filled, seen, write } from "./store_fixtures.ts";

Deno.test("store: an event requeues the instance that the labels name", () => {
  const store = filled();
  store.observe(seen(1));
  assert.deepEqual(store.requeued[0], {
    group: "example.com",
    version: "v1",
    kind: "Demo",
    namespace: "ns",
    name: "demo",
    uid: "uid-of-demo",
  });
});

Deno.test("store: an object whose labels change to another instance requeues both", () => {
  const store = filled(seen(1));
  assert.deepEqual(store.names(store.observe(seen(2, { instance: "other" }))), ["demo", "other"]);
});

const LABELS = [...INSTANCE_LABELS, Label.applySetPartOf, Label.nodeId, Label.owned];

for (const label of LABELS) {
  for (const to of [undefined, "other"]) {
    const how = to === undefined ? "removed" : "edited";
    Deno.test(`store: ${label} ${how}: the instance still learns of drift and deletion`, async () => {
      const store = filled(seen(1));
      const edited = (revision: number, data = {}) => {
        const object = seen(revision, { data });
        const { [label]: _, ...others } = object.metadata.labels!;
        object.metadata.labels = to === undefined ? others : { ...others, [label]: to };
        return object;
      };
      const wakesDemo = (change: () => boolean) => {
        store.requeued.length = 0;
        assert.ok(change());
        assert.ok(
          store.requeued.some((one) =>
            one.group === "example.com" && one.kind === "Demo" && one.namespace === "ns" &&
            one.name === "demo" && one.uid === "uid-of-demo"
          ),
        );
      };
      wakesDemo(() => store.observe(edited(2, { a: "drift" })));
      wakesDemo(() => store.observe(edited(3, { a: "more" })));
      const leaving = edited(4);
      leaving.metadata.deletionTimestamp = "2026-01-01T00:00:01Z";
      wakesDemo(() => store.observe(leaving));
      store.refresh(leaving);
      assert.ok(
        store.objects.instancesOfDeleted().some(({ name, group, kind }) =>
          name === "demo" && group === "example.com" && kind === "Demo"
        ),
      );
      wakesDemo(() => store.gone(leaving.metadata as { name: string }));

      const repaired = filled(seen(1), edited(2));
      await write(repaired, {}, seen(3));
      assert.deepEqual(repaired.names(repaired.observe(seen(4, { data: { a: "b" } }))), ["demo"]);
    });
  }
}

const PARENT = [Label.applySetPartOf, Label.instanceId] as const;
const parent = { applySetId: "set-of-demo", instanceUid: "uid-of-demo" };

for (
  const edited of [[Label.applySetPartOf], [Label.instanceId], PARENT, [
    ...INSTANCE_LABELS,
    ...PARENT,
  ]]
) {
  for (const to of ["removed", "edited"] as const) {
    const names = edited.join(", ");
    Deno.test(`store: ${names} ${to}: the object stays a member of its instance alone`, () => {
      const store = filled(seen(1));
      const object = seen(2, { edited });
      for (const label of edited) {
        const labels = object.metadata.labels!;
        const value = label === Label.applySetPartOf ? "set-of-other" : "uid-of-other";
        if (to === "removed") delete labels[label];
        else labels[label] = value;
      }
      if (to === "removed" && edited.length > 2) store.stripped(object);
      else store.observe(object);
      const members = (instance: string) =>
        store.objects.members(`set-of-${instance}`, "ns", `uid-of-${instance}`);
      const [found] = members("demo").filter((one) => isMember(one, parent));
      assert.equal(found?.metadata.name, "a");
      const other = { applySetId: "set-of-other", instanceUid: "uid-of-other" };
      assert.deepEqual(members("other").filter((one) => isMember(one, other)), []);
      assert.ok(!isTaken(store.get()!, parent), "the instance may repair the labels");
      store.observe(seen(3));
      assert.equal(members("demo").length, 1, "after the repair");
    });
  }
}

Deno.test("store: after a restart, the label that kro still owns finds the object", () => {
  const edited = [Label.applySetPartOf];
  const object = seen(1, { edited });
  object.metadata.labels![Label.applySetPartOf] = "set-of-other";
  const found = filled(object).objects.members("set-of-demo", undefined, "uid-of-demo");
  assert.ok(found.length === 1 && isMember(found[0]!, parent));
});

Deno.test("store: an object whose labels change again and again has four former owners", () => {
  const store = filled();
  for (let i = 1; i <= 9; i++) store.observe(seen(i, { instance: `i${i}` }));
  store.names();
  assert.deepEqual(store.names(store.observe(seen(10, { instance: "i9", data: { a: "b" } }))), [
    "i1",
    "i2",
    "i3",
    "i4",
    "i9",
  ]);
});

Deno.test("store: an object recreated under its name has no former owners", () => {
  const store = filled(seen(1), seen(2, { instance: "other" }));
  store.names(store.gone({ ...at, uid: "u1" }));
  assert.deepEqual(store.names(store.observe(seen(3, { uid: "u2", instance: "other" }))), [
    "other",
  ]);
});

Deno.test("store: an object with copied labels is not a member, and one that loses kro's managed fields is removed", () => {
  const store = filled();
  assert.deepEqual(store.names(store.observe(seen(1, { foreign: true }))), []);
  assert.equal(store.get(), undefined);
  assert.deepEqual(store.names(store.observe(seen(2))), ["demo"]);
  assert.deepEqual(store.names(store.observe(seen(3, { foreign: true }))), ["demo"]);
  assert.equal(store.get(), undefined);
});

Deno.test("store: an object without any managed fields is a member", () => {
  const object = seen(1);
  delete object.metadata.managedFields;
  assert.ok(filled(object).get());
});

Deno.test("store: an object whose labels were removed stays, and requeues its former instance", () => {
  const store = filled(seen(1));
  const bare = seen(2);
  delete bare.metadata.labels;
  assert.deepEqual(store.names(store.stripped(bare)), ["demo"]);
  assert.equal(store.get()?.metadata.labels, undefined);
  assert.deepEqual(store.objects.items("uid-of-demo", "node"), []);
  assert.deepEqual(store.objects.items("", "node"), []);
  assert.deepEqual(store.names(store.observe(seen(3))), ["demo"]);
});

Deno.test("store: lists members of an ApplySet and items of a collection, sorted", () => {
  const store = filled(
    seen(1, { name: "b" }),
    seen(2, { name: "a", namespace: "z" }),
    seen(3, { name: "a", node: "second" }),
    seen(4, { name: "c", instance: "other" }),
  );
  const text = (found: readonly KubeObject[]) =>
    found.map(({ metadata }) => `${metadata.namespace}/${metadata.name}`);
  assert.deepEqual(text(store.objects.members("set-of-demo")), ["ns/a", "ns/b", "z/a"]);
  assert.deepEqual(text(store.objects.members("set-of-demo", "ns")), ["ns/a", "ns/b"]);
  assert.deepEqual(text(store.objects.members("set-of-other", "ns")), ["ns/c"]);
  assert.deepEqual(store.objects.members("set-of-nobody"), []);
  assert.deepEqual(text(store.objects.items("uid-of-demo", "node")), ["ns/b", "z/a"]);
  assert.deepEqual(text(store.objects.items("uid-of-demo", "second")), ["ns/a"]);
  assert.deepEqual(store.objects.items("uid-of-other", "second"), []);
  store.observe(seen(5, { name: "b", instance: "other" }));
  assert.deepEqual(
    text(store.objects.members("set-of-demo")),
    ["ns/a", "z/a"],
    "the index follows labels",
  );
});
