// What events and lists mean to one who remembers only uid and resourceVersion.
import assert from "node:assert/strict";
import type { KindRef, KubeObject } from "../../../src/api/mod.ts";
import { type Change, KnownObjects } from "../../../src/kube/known_objects.ts";

const kind: KindRef = { group: "g", version: "v1", kind: "K", plural: "ks", namespaced: true };

/** `ns/name uid revision` */
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

Deno.test("a later list tells only what changed meanwhile, and what vanished", () => {
  const known = new KnownObjects(kind);
  list(known, "n/same 1 10", "n/changed 2 11", "n/gone 3 12", "n/again 4 13");
  assert.deepEqual(list(known, "n/same 1 10", "n/changed 2 20", "n/again 5 21", "n/new 6 22"), [
    "modified n/changed 2 20",
    // The same name under another uid: the earlier object's end must not be lost.
    "deleted n/again 4 13",
    "added n/again 5 21",
    "added n/new 6 22",
    "deleted n/gone 3 12",
  ]);
  assert.equal(known.size, 4);
});

Deno.test("a list that was broken off does not delete, and begun anew counts alone", () => {
  const known = new KnownObjects(kind);
  list(known, "n/a 1 10", "n/b 2 11");
  known.beginList();
  known.fromList(object("n/a 1 10"));
  assert.equal(known.size, 2);
  assert.deepEqual(list(known, "n/b 2 11"), ["deleted n/a 1 10"]);
});

Deno.test("what vanished is told with kind, name and uid", () => {
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

Deno.test("events that repeat what is known change nothing", () => {
  const known = new KnownObjects(kind);
  list(known, "n/a 1 10");
  assert.deepEqual(event(known, "ADDED", "n/a 1 10"), []);
  assert.deepEqual(event(known, "MODIFIED", "n/a 1 10"), []);
  assert.deepEqual(event(known, "DELETED", "n/a 1 11"), ["deleted n/a 1 11"]);
  assert.deepEqual(event(known, "DELETED", "n/a 1 11"), []);
});

Deno.test("events of the wrong name for this side are told as what they are here", () => {
  const known = new KnownObjects(kind);
  assert.deepEqual(event(known, "MODIFIED", "n/a 1 10"), ["added n/a 1 10"]);
  assert.deepEqual(event(known, "ADDED", "n/a 1 11"), ["modified n/a 1 11"]);
  assert.deepEqual(event(known, "ADDED", "n/a 2 12"), ["deleted n/a 1 11", "added n/a 2 12"]);
  // The old object's DELETED comes late.
  assert.deepEqual(event(known, "DELETED", "n/a 1 12"), []);
});
