// The children's cache: own writes survive late events, and only news wakes an instance.
import assert from "node:assert/strict";
import { type KindRef, type KubeObject, Label } from "../../../../src/api/mod.ts";
import type { Reads } from "../../../../src/cel/mod.ts";
import { GraphReads } from "../../../../src/clusters/cache/graph_reads.ts";
import type { InstanceId } from "../../../../src/clusters/cache/instance_id.ts";
import { Owners } from "../../../../src/clusters/cache/owners.ts";
import { ChildStore } from "../../../../src/clusters/cache/store.ts";

const KIND: KindRef = {
  group: "",
  version: "v1",
  kind: "ConfigMap",
  plural: "configmaps",
  namespaced: true,
};
const at = { namespace: "ns", name: "a" };

interface Variant {
  data?: Record<string, string>;
  uid?: string;
  instance?: string;
  name?: string;
  namespace?: string;
  foreign?: boolean;
  node?: string;
}

/** The object as the server has it at a revision, written by us. */
function seen(resourceVersion: number, variant: Variant = {}): KubeObject {
  const { data = {}, uid = "u1", instance = "demo", name = "a", namespace = "ns" } = variant;
  const { foreign, node = "node" } = variant;
  const fields = Object.fromEntries(Object.keys(data).map((key) => [`f:${key}`, {}]));
  return {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: {
      name,
      namespace,
      uid,
      resourceVersion: String(resourceVersion),
      labels: {
        [Label.owned]: "true",
        [Label.instanceGroup]: "example.com",
        [Label.instanceVersion]: "v1",
        [Label.instanceKind]: "Demo",
        [Label.instanceNamespace]: "ns",
        [Label.instanceName]: instance,
        [Label.instanceId]: `uid-of-${instance}`,
        [Label.applySetPartOf]: `set-of-${instance}`,
        [Label.nodeId]: node,
      },
      annotations: { "kubectl.kubernetes.io/last-applied-configuration": "{}", kept: "x" },
      managedFields: [{
        manager: foreign ? "copier" : "kro.run/applyset",
        operation: "Apply",
        apiVersion: "v1",
        time: "2026-01-01T00:00:00Z",
        fieldsV1: { "f:data": fields },
      }],
    },
    data,
  };
}

function desired(data: Record<string, string>): KubeObject {
  return { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "a", namespace: "ns" }, data };
}

function names(instances: readonly InstanceId[]): string[] {
  return instances.map((instance) => instance.name).sort();
}

/** A store of a graph whose expressions read this much of its node. */
function storeOf(reads: Reads = "whole"): ChildStore {
  const shared = { reads: new GraphReads(), owners: new Owners() };
  shared.reads.add({ group: "example.com", kind: "Demo" }, new Map([["node", reads]]));
  return new ChildStore(KIND, shared);
}

function filled(...objects: KubeObject[]): ChildStore {
  const store = storeOf();
  for (const object of objects) store.observe(object);
  return store;
}

/** An apply from its sending to its answer, with what events tell in between. */
function write(
  store: ChildStore,
  data: Record<string, string>,
  response: KubeObject,
  meanwhile: () => void = () => {},
): string[] {
  store.begin(at, "apply");
  meanwhile();
  return names(store.applied(at, desired(data), response));
}

Deno.test("store: an event wakes the instance that the labels name", () => {
  const [instance] = filled().observe(seen(1));
  assert.deepEqual(instance, {
    group: "example.com",
    version: "v1",
    kind: "Demo",
    namespace: "ns",
    name: "demo",
    uid: "uid-of-demo",
  });
});

Deno.test("store: an object that changes hands wakes both instances", () => {
  const store = filled(seen(1));
  assert.deepEqual(names(store.observe(seen(2, { instance: "other" }))), ["demo", "other"]);
});

Deno.test("store: the echo of a write is no news, what follows it is", () => {
  const store = filled();
  assert.deepEqual(write(store, { k: "1" }, seen(5, { data: { k: "1" } })), []);
  assert.deepEqual(store.observe(seen(5, { data: { k: "1" } })), []);
  assert.deepEqual(names(store.observe(seen(6))), ["demo"]);
});

Deno.test("store: an echo that comes before the response is no news either", () => {
  const store = filled();
  const response = seen(5, { data: { k: "1" } });
  const woken = write(store, { k: "1" }, response, () => {
    assert.deepEqual(store.observe(response), []);
  });
  assert.deepEqual(woken, []);
});

Deno.test("store: news that come before the response wake after it, and are kept", () => {
  const store = filled();
  const later = seen(6, { data: { k: "2" } });
  const woken = write(store, { k: "1" }, seen(5, { data: { k: "1" } }), () => {
    assert.deepEqual(store.observe(later), []);
  });
  assert.deepEqual(woken, ["demo"]);
  assert.deepEqual(store.get(at)?.data, { k: "2" });
  assert.equal(store.holds(at, desired({ k: "1" })), false);
});

Deno.test("store: a refused write loses no news", () => {
  const store = filled(seen(1));
  store.begin(at, "apply");
  assert.deepEqual(store.observe(seen(2)), []);
  assert.deepEqual(names(store.failed(at)), ["demo"]);
});

Deno.test("store: an older event does not undo a write", () => {
  const store = filled(seen(3));
  write(store, { k: "1" }, seen(10, { data: { k: "1" } }));
  assert.deepEqual(store.observe(seen(9)), []);
  assert.equal(store.get(at)?.metadata.resourceVersion, "10");
});

Deno.test("store: what was created and deleted again before the response stays gone", () => {
  const store = filled();
  const woken = write(store, {}, seen(5), () => {
    store.observe(seen(5));
    store.gone({ ...at, uid: "u1", resourceVersion: "6" });
  });
  assert.equal(store.get(at), undefined);
  assert.deepEqual(woken, ["demo"]);
});

Deno.test("store: a late deletion of an earlier object says nothing of the one that is there", () => {
  const store = filled(seen(1));
  write(store, {}, seen(7, { uid: "u2" }));
  assert.deepEqual(store.gone({ ...at, uid: "u1", resourceVersion: "6" }), []);
  assert.equal(store.get(at)?.metadata.uid, "u2");
});

Deno.test("store: a deletion wakes, whatever revision it carries", () => {
  const store = filled(seen(9));
  assert.deepEqual(names(store.gone({ ...at, uid: "u1", resourceVersion: "3" })), ["demo"]);
  assert.equal(store.size, 0);
});

Deno.test("store: our delete shows the object as terminating, and its end needs no second look", () => {
  const store = filled(seen(1));
  assert.equal(store.deletedByUs({ ...at, uid: "u1" }), false);
  store.begin(at, "delete");
  assert.equal(store.deletedByUs({ ...at, uid: "u1" }), true, "from the moment of sending");
  store.deleted({ ...at, uid: "u1" }, "2026-01-01T00:00:00Z");
  assert.equal(store.get(at)?.metadata.deletionTimestamp, "2026-01-01T00:00:00Z");
  assert.equal(store.deletedByUs({ ...at, uid: "u1" }), true);
  assert.deepEqual(names(store.gone({ ...at, uid: "u1", resourceVersion: "2" })), ["demo"]);
  assert.equal(store.deletedByUs({ ...at, uid: "u1" }), false);
});

Deno.test("store: a refused delete leaves the object as it was", () => {
  const store = filled(seen(1));
  store.begin(at, "delete");
  store.failed(at);
  assert.equal(store.deletedByUs({ ...at, uid: "u1" }), false);
  assert.equal(store.get(at)?.metadata.deletionTimestamp, undefined);
});

Deno.test("store: copied labels make no member, and who loses our entry is none any more", () => {
  const store = filled();
  assert.deepEqual(store.observe(seen(1, { foreign: true })), []);
  assert.equal(store.get(at), undefined);
  store.observe(seen(2));
  assert.deepEqual(names(store.observe(seen(3, { foreign: true }))), ["demo"]);
  assert.equal(store.get(at), undefined);
});

Deno.test("store: an object without any managed fields is a member", () => {
  const object = seen(1);
  delete object.metadata.managedFields;
  assert.ok(filled(object).get(at));
});

Deno.test("store: an object whose labels were removed stays, and wakes whose it was", () => {
  const store = filled(seen(1));
  const bare = seen(2);
  delete bare.metadata.labels;
  assert.deepEqual(names(store.stripped(bare)), ["demo"]);
  assert.equal(store.get(at)?.metadata.labels, undefined);
  assert.deepEqual(store.items("uid-of-demo", "node"), []);
  assert.deepEqual(store.items("", "node"), []);
  assert.deepEqual(names(store.observe(seen(3))), ["demo"]);
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
  assert.deepEqual(text(store.members("set-of-demo")), ["ns/a", "ns/b", "z/a"]);
  assert.deepEqual(text(store.members("set-of-demo", "ns")), ["ns/a", "ns/b"]);
  assert.deepEqual(text(store.members("set-of-other", "ns")), ["ns/c"]);
  assert.deepEqual(store.members("set-of-nobody"), []);
  assert.deepEqual(text(store.items("uid-of-demo", "node")), ["ns/b", "z/a"]);
  assert.deepEqual(text(store.items("uid-of-demo", "second")), ["ns/a"]);
  assert.deepEqual(store.items("uid-of-other", "second"), []);
  store.observe(seen(5, { name: "b", instance: "other" }));
  assert.deepEqual(text(store.members("set-of-demo")), ["ns/a", "z/a"], "the index follows labels");
});

Deno.test("store: what was applied holds until an event differs", () => {
  const store = filled();
  // The server made something else of it: the response settles that it holds all the same.
  write(store, { k: "1000m" }, seen(5, { data: { k: "1" } }));
  assert.equal(store.holds(at, desired({ k: "1000m" })), true);
  store.observe({ ...seen(6, { data: { k: "1" } }), status: { phase: "x" } });
  assert.equal(store.holds(at, desired({ k: "1000m" })), true, "a status is not ours");
  assert.equal(store.holds(at, desired({ k: "2" })), false);
  store.observe(seen(7, { data: { k: "3" } }));
  assert.equal(store.holds(at, desired({ k: "1000m" })), false);
});

Deno.test("store: after a restart the live values themselves are compared", () => {
  const store = filled(seen(5, { data: { k: "1" } }));
  assert.equal(store.holds(at, desired({ k: "1" })), true);
  assert.equal(store.holds(at, desired({ k: "2" })), false);
  assert.equal(store.holds(at, desired({})), false, "a field that we still own must go");
  assert.equal(store.holds(at, { ...desired({ k: "1" }), apiVersion: "v2" }), false);
});

Deno.test("store: an object that was deleted and made anew is not taken for settled", () => {
  const store = filled();
  write(store, { k: "1000m" }, seen(5, { data: { k: "1" } }));
  store.observe(seen(8, { data: { k: "1" }, uid: "u2" }));
  assert.equal(store.holds(at, desired({ k: "1000m" })), false);
});

Deno.test("store: a volatile field alone is no reason to write, unless kro wrote what it reads", () => {
  const volatile = (basis: string) => ({ paths: [["data", "seen"]], basis });
  const store = filled();
  store.begin(at, "apply");
  const first = seen(5, { data: { seen: "1", k: "a" } });
  store.applied(at, desired({ seen: "1", k: "a" }), first, volatile("3"));
  const holds = (data: Record<string, string>, basis: string) =>
    store.holds(at, desired(data), volatile(basis));
  assert.equal(holds({ seen: "2", k: "a" }, "3"), true);
  assert.equal(holds({ seen: "2", k: "a" }, "9"), false, "kro wrote the object that is read");
  assert.equal(holds({ seen: "2", k: "b" }, "3"), false, "another field");
  assert.equal(store.holds(at, desired({ seen: "2", k: "a" })), false, "not volatile");
  store.observe(seen(6, { data: { seen: "0", k: "a" } }));
  assert.equal(holds({ seen: "2", k: "a" }, "3"), false, "drift");
});

Deno.test("store: after a restart a volatile field counts as it is found", () => {
  const store = filled(seen(5, { data: { seen: "1", k: "a" } }));
  const volatile = { paths: [["data", "seen"]], basis: "" };
  assert.equal(store.holds(at, desired({ seen: "2", k: "a" }), volatile), true);
  assert.equal(store.holds(at, desired({ seen: "2", k: "a" }), { ...volatile, basis: "3" }), false);
});

Deno.test("store: knows which resourceVersion our own last write made", () => {
  const store = filled();
  write(store, { k: "1" }, seen(5, { data: { k: "1" } }));
  assert.equal(store.writtenRevision(at), "5");
  store.observe(seen(6, { data: { k: "1" } }));
  assert.equal(store.writtenRevision(at), "5", "somebody else's");
  write(store, { k: "1" }, seen(6, { data: { k: "1" } }));
  assert.equal(store.writtenRevision(at), "5", "it changed nothing");
  store.begin(at, "apply");
  store.observe(seen(7, { data: { k: "2" } }));
  store.applied(at, desired({ k: "2" }), seen(7, { data: { k: "2" } }));
  assert.equal(store.writtenRevision(at), "7", "the event came before the response");
});

Deno.test("store: what was listed agrees, is late, or shows what events missed", () => {
  const store = filled(seen(5, { data: { k: "1" } }));
  assert.ok(store.agrees(seen(5, { data: { k: "1" } })));
  assert.ok(store.agrees(seen(4, { data: { k: "0" } })), "the cache is ahead of the list");
  assert.ok(store.agrees(seen(9, { name: "b", foreign: true })), "copied labels");
  assert.ok(!store.agrees(seen(6, { data: { k: "1" } })));
  assert.ok(!store.agrees(seen(5, { data: { k: "2" } })), "the same revision in full");
  assert.ok(!store.agrees(seen(9, { uid: "u2" })));
  assert.ok(!store.agrees(seen(9, { name: "b" })));
});

Deno.test("store: what events missed is put right and wakes; what they told by then is left", () => {
  const store = filled(seen(5));
  assert.equal(store.correct(seen(5)), undefined);
  assert.deepEqual(names(store.correct(seen(7, { instance: "other" }))!), ["demo", "other"]);
  assert.deepEqual(names(store.correct(seen(9, { name: "b" }))!), ["demo"]);
  assert.deepEqual(names(store.correctGone({ ...at, name: "b" })!), ["demo"]);
  assert.equal(store.correctGone({ ...at, name: "b" }), undefined);
  assert.deepEqual(names(store.correct(seen(11, { foreign: true }))!), ["other"]);
  assert.equal(store.size, 0);
});

Deno.test("store: an object that we were told was deleted, and is not, is put right and wakes", () => {
  const store = filled(seen(5));
  store.begin(at, "delete");
  store.deleted({ ...at, uid: seen(5).metadata.uid! }, "2026-01-01T00:00:00Z");
  assert.ok(store.get(at)!.metadata.deletionTimestamp);
  assert.ok(!store.agrees(seen(5)));
  assert.deepEqual(names(store.correct(seen(5))!), ["demo"]);
  assert.equal(store.get(at)!.metadata.deletionTimestamp, undefined);
  assert.ok(store.agrees(seen(5)));
});

Deno.test("store: events during a write are looked at when it is answered, the last of them alone", () => {
  const store = filled(seen(3, { data: { k: "0" } }));
  const woken = write(store, { k: "1" }, seen(5, { data: { k: "1" } }), () => {
    store.observe(seen(5, { data: { k: "1" } }));
    store.observe(seen(6, { data: { k: "2" } }));
    store.observe(seen(7, { data: { k: "3" } }));
  });
  assert.deepEqual(woken, ["demo"]);
  assert.deepEqual(store.get(at)?.data, { k: "3" });
  assert.ok(store.drifted(at, desired({ k: "1" })), "what we wrote held once");

  store.begin(at, "apply");
  store.observe(seen(9, { data: { k: "4" } }));
  assert.deepEqual(names(store.failed(at)), ["demo"]);
  assert.deepEqual(store.get(at)?.data, { k: "4" });
});

Deno.test("store: what our own write told of and a later list does not show is told missing", () => {
  const store = new ChildStore(KIND);
  for (const [name, revision] of [["a", 3], ["b", 5], ["c", 9]] as const) {
    store.begin({ namespace: "ns", name }, "apply");
    const written = seen(revision, { name, uid: name });
    store.applied({ namespace: "ns", name }, written, written);
  }
  const has = ({ name }: { name?: string }) => name === "b";
  const missing = (resourceVersion: string, namespace?: string) =>
    store.unlisted({ resourceVersion, namespace, has }).map((o) => o.metadata.name);
  // The list does not know of what was written after it.
  assert.deepEqual(missing("7"), ["a"]);
  assert.deepEqual(missing("9"), ["a", "c"]);
  assert.deepEqual(missing("9", "other"), []);
  assert.deepEqual(missing("", "ns"), []);
});
