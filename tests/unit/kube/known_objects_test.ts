// Tests of KnownObjects, which derives the changes of objects from events and lists. An object
// counts as changed only if its UID or its resourceVersion differs.
import assert from "node:assert/strict";
import type { KindRef, KubeObject } from "../../../src/api/mod.ts";
import { type Change, KnownObjects } from "../../../src/kube/known_objects.ts";

const kind: KindRef = { group: "g", version: "v1", kind: "K", plural: "ks", namespaced: true };

/** Parses an object from a string "namespace/name uid resourceVersion". */
function object(text: string): KubeObject {
  const [key = "", uid = "", resourceVersion = ""] = text.split(" ");
  const [namespace = "", name = ""] = key.split("/");
  return { apiVersion: "g/v1", kind: "K", metadata: { namespace, name, uid, resourceVersion } };
}

const text = (changes: Change[]) =>
  changes.map(({ type, object: { metadata: m } }) =>
    `${type} ${m.namespace}/${m.name} ${m.uid} ${m.resourceVersion}`
  );

function list(known: KnownObjects, ...objects: string[]): string[] {
  known.beginList();
  const changes = objects.flatMap((o) => known.fromList(object(o)));
  return text([...changes, ...known.endList()]);
}

const event = (known: KnownObjects, type: "ADDED" | "MODIFIED" | "DELETED", o: string) =>
  text(known.fromEvent({ type, object: object(o) }));

Deno.test("the first list adds everything", () => {
  assert.deepEqual(list(new KnownObjects(kind), "n/a 1 10", "m/a 2 11"), [
    "added n/a 1 10",
    "added m/a 2 11",
  ]);
});

Deno.test("a later list reports only objects that changed, appeared or vanished", () => {
  const known = new KnownObjects(kind);
  list(known, "n/same 1 10", "n/changed 2 11", "n/gone 3 12", "n/again 4 13");
  assert.deepEqual(list(known, "n/same 1 10", "n/changed 2 20", "n/again 5 21", "n/new 6 22"), [
    "modified n/changed 2 20",
    // The listed object `n/again` has the same name as a known object but another UID, so the deletion of the
    // known object must be reported too.
    "deleted n/again 4 13",
    "added n/again 5 21",
    "added n/new 6 22",
    "deleted n/gone 3 12",
  ]);
  assert.equal(known.size, 4);
});

Deno.test("an interrupted list deletes nothing, and a new list starts over", () => {
  const known = new KnownObjects(kind);
  list(known, "n/a 1 10", "n/b 2 11");
  known.beginList();
  known.fromList(object("n/a 1 10"));
  assert.equal(known.size, 2);
  assert.deepEqual(list(known, "n/b 2 11"), ["deleted n/a 1 10"]);
});

Deno.test("a vanished object is reported with kind, name, uid and resourceVersion", () => {
  const known = new KnownObjects({ ...kind, namespaced: false });
  known.beginList();
  known.fromList({ ...object("/a 1 10") });
  known.endList();
  known.beginList();
  const [change] = known.endList();
  assert.deepEqual(change?.object, {
    apiVersion: "g/v1",
    kind: "K",
    metadata: { name: "a", uid: "1", resourceVersion: "10" },
  });
});

Deno.test("events that repeat a known state report no changes", () => {
  const known = new KnownObjects(kind);
  list(known, "n/a 1 10");
  assert.deepEqual(event(known, "ADDED", "n/a 1 10"), []);
  assert.deepEqual(event(known, "MODIFIED", "n/a 1 10"), []);
  assert.deepEqual(event(known, "DELETED", "n/a 1 11"), ["deleted n/a 1 11"]);
  assert.deepEqual(event(known, "DELETED", "n/a 1 11"), []);
});

Deno.test("the type of a change depends on the known objects, not on the event's type", () => {
  const known = new KnownObjects(kind);
  assert.deepEqual(event(known, "MODIFIED", "n/a 1 10"), ["added n/a 1 10"]);
  assert.deepEqual(event(known, "ADDED", "n/a 1 11"), ["modified n/a 1 11"]);
  assert.deepEqual(event(known, "ADDED", "n/a 2 12"), ["deleted n/a 1 11", "added n/a 2 12"]);
  // This DELETED event concerns an earlier object with the same name but another UID. It arrives late and
  // must be ignored.
  assert.deepEqual(event(known, "DELETED", "n/a 1 12"), []);
});

Deno.test("events that exceed the limit of objects are refused, and a list makes room", () => {
  const known = new KnownObjects(kind, 2);
  list(known, "n/a 1 10");
  event(known, "ADDED", "n/b 2 11");
  assert.throws(() => event(known, "ADDED", "n/c 3 12"), {
    message: "watch ks.g: more than 2 objects",
  });
  assert.deepEqual(event(known, "MODIFIED", "n/b 2 13"), ["modified n/b 2 13"]);
  assert.equal(list(known, "n/d 4 14", "n/e 5 15").length, 4);
  assert.equal(known.size, 2);
});
