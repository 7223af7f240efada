// The children's cache: own writes survive late events, and only news wakes an instance.
import assert from "node:assert/strict";
import { ApiError, type KindRef, type KubeObject, Label } from "../../../../src/api/mod.ts";
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

/** A store of a graph whose expressions read this much of its node, and the instances that it woke. */
class TestStore extends ChildStore {
  readonly woken: InstanceId[] = [];

  constructor(reads: Reads = "whole") {
    const shared = { reads: new GraphReads(), owners: new Owners() };
    shared.reads.add({ group: "example.com", kind: "Demo" }, new Map([["node", reads]]));
    super(KIND, shared, (instances) => this.woken.push(...instances));
  }

  get(place = at): KubeObject | undefined {
    return this.objects.get(place);
  }

  /** Names of the instances that were woken since the last call, which says whether that is any. */
  names(woke?: boolean): string[] {
    const names = this.woken.splice(0).map(({ name }) => name).sort();
    if (woke !== undefined) assert.equal(woke, names.length > 0);
    return names;
  }
}

function filled(...objects: KubeObject[]): TestStore {
  const store = new TestStore();
  for (const object of objects) store.observe(object);
  store.names();
  return store;
}

/** An apply from the request to the response, with events in between; names of the instances that it woke. */
async function write(
  store: TestStore,
  data: Record<string, string>,
  response: KubeObject,
  meanwhile: () => void = () => {},
): Promise<string[]> {
  const answered = await store.apply(at, desired(data), undefined, () => {
    meanwhile();
    return Promise.resolve(response);
  });
  assert.equal(answered, response);
  return store.names();
}

const refusal = new ApiError("refused", { reason: "Conflict", code: 409 });

/** A write that the API server refuses, with events in between. */
async function refused(
  send: (send: () => Promise<never>) => Promise<unknown>,
  meanwhile: () => void = () => {},
): Promise<void> {
  const sent = send(() => {
    meanwhile();
    return Promise.reject(refusal);
  });
  await assert.rejects(sent, refusal);
}

Deno.test("store: an event wakes the instance that the labels name", () => {
  const store = filled();
  store.observe(seen(1));
  assert.deepEqual(store.woken[0], {
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
  assert.deepEqual(store.names(store.observe(seen(2, { instance: "other" }))), ["demo", "other"]);
});

Deno.test("store: the echo of a write is no news, what follows it is", async () => {
  const store = filled();
  assert.deepEqual(await write(store, { k: "1" }, seen(5, { data: { k: "1" } })), []);
  assert.deepEqual(store.names(store.observe(seen(5, { data: { k: "1" } }))), []);
  assert.deepEqual(store.names(store.observe(seen(6))), ["demo"]);
});

Deno.test("store: an echo that comes before the response is no news either", async () => {
  const store = filled();
  const response = seen(5, { data: { k: "1" } });
  const woken = await write(store, { k: "1" }, response, () => {
    assert.deepEqual(store.names(store.observe(response)), []);
  });
  assert.deepEqual(woken, []);
});

Deno.test("store: news that come before the response wake after it, and are kept", async () => {
  const store = filled();
  const later = seen(6, { data: { k: "2" } });
  const woken = await write(store, { k: "1" }, seen(5, { data: { k: "1" } }), () => {
    assert.deepEqual(store.names(store.observe(later)), []);
  });
  assert.deepEqual(woken, ["demo"]);
  assert.deepEqual(store.get()?.data, { k: "2" });
  assert.equal(store.isUpToDate(at, desired({ k: "1" })), false);
});

Deno.test("store: a refused write loses no news", async () => {
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

Deno.test("store: what was created and deleted again before the response stays gone", async () => {
  const store = filled();
  const woken = await write(store, {}, seen(5), () => {
    store.observe(seen(5));
    store.gone({ ...at, uid: "u1", resourceVersion: "6" });
  });
  assert.equal(store.get(), undefined);
  assert.deepEqual(woken, ["demo"]);
});

Deno.test("store: a late deletion of an earlier object says nothing of the one that is there", async () => {
  const store = filled(seen(1));
  await write(store, {}, seen(7, { uid: "u2" }));
  assert.deepEqual(store.names(store.gone({ ...at, uid: "u1", resourceVersion: "6" })), []);
  assert.equal(store.get()?.metadata.uid, "u2");
});

Deno.test("store: a deletion wakes, whatever revision it carries", () => {
  const store = filled(seen(9));
  assert.deepEqual(store.names(store.gone({ ...at, uid: "u1", resourceVersion: "3" })), ["demo"]);
  assert.equal(store.objects.size, 0);
});

Deno.test("store: our delete shows the object as terminating, and its end needs no second look", async () => {
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

Deno.test("store: a delete of an object that is gone already removes it and wakes its instance", async () => {
  const store = filled(seen(1));
  const missing = new ApiError("not found", { reason: "NotFound", code: 404 });
  await store.delete({ ...at, uid: "u1" }, () => Promise.reject(missing));
  assert.equal(store.get(), undefined);
  assert.deepEqual(store.names(), ["demo"]);
});

Deno.test("store: a refused delete leaves the object as it was", async () => {
  const store = filled(seen(1));
  await refused((send) => store.delete({ ...at, uid: "u1" }, send));
  assert.equal(store.deletedByUs({ ...at, uid: "u1" }), false);
  assert.equal(store.get()?.metadata.deletionTimestamp, undefined);
});

Deno.test("store: copied labels make no member, and who loses our entry is none any more", () => {
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

Deno.test("store: an object whose labels were removed stays, and wakes whose it was", () => {
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

Deno.test("store: what was applied holds until an event differs", async () => {
  const store = filled();
  // The server made something else of it: the response settles that it holds all the same.
  await write(store, { k: "1000m" }, seen(5, { data: { k: "1" } }));
  assert.equal(store.isUpToDate(at, desired({ k: "1000m" })), true);
  store.observe({ ...seen(6, { data: { k: "1" } }), status: { phase: "x" } });
  assert.equal(store.isUpToDate(at, desired({ k: "1000m" })), true, "a status is not ours");
  assert.equal(store.isUpToDate(at, desired({ k: "2" })), false);
  store.observe(seen(7, { data: { k: "3" } }));
  assert.equal(store.isUpToDate(at, desired({ k: "1000m" })), false);
});

Deno.test("store: after a restart the live values themselves are compared", () => {
  const store = filled(seen(5, { data: { k: "1" } }));
  assert.equal(store.isUpToDate(at, desired({ k: "1" })), true);
  assert.equal(store.isUpToDate(at, desired({ k: "2" })), false);
  assert.equal(store.isUpToDate(at, desired({})), false, "a field that we still own must go");
  assert.equal(store.isUpToDate(at, { ...desired({ k: "1" }), apiVersion: "v2" }), false);
});

Deno.test("store: an object that was deleted and made anew is not taken for settled", async () => {
  const store = filled();
  await write(store, { k: "1000m" }, seen(5, { data: { k: "1" } }));
  store.observe(seen(8, { data: { k: "1" }, uid: "u2" }));
  assert.equal(store.isUpToDate(at, desired({ k: "1000m" })), false);
});

Deno.test("store: a volatile field alone is no reason to write, unless kro wrote what it reads", async () => {
  const volatile = (basis: string) => ({ paths: [["data", "seen"]], basis });
  const store = filled();
  const first = seen(5, { data: { seen: "1", k: "a" } });
  const send = () => Promise.resolve(first);
  await store.apply(at, desired({ seen: "1", k: "a" }), volatile("3"), send);
  const holds = (data: Record<string, string>, basis: string) =>
    store.isUpToDate(at, desired(data), volatile(basis));
  assert.equal(holds({ seen: "2", k: "a" }, "3"), true);
  assert.equal(holds({ seen: "2", k: "a" }, "9"), false, "kro wrote the object that is read");
  assert.equal(holds({ seen: "2", k: "b" }, "3"), false, "another field");
  assert.equal(store.isUpToDate(at, desired({ seen: "2", k: "a" })), false, "not volatile");
  store.observe(seen(6, { data: { seen: "0", k: "a" } }));
  assert.equal(holds({ seen: "2", k: "a" }, "3"), false, "drift");
});

Deno.test("store: after a restart a volatile field counts as it is found", () => {
  const store = filled(seen(5, { data: { seen: "1", k: "a" } }));
  const volatile = { paths: [["data", "seen"]], basis: "" };
  assert.equal(store.isUpToDate(at, desired({ seen: "2", k: "a" }), volatile), true);
  assert.equal(
    store.isUpToDate(at, desired({ seen: "2", k: "a" }), { ...volatile, basis: "3" }),
    false,
  );
});

Deno.test("store: knows which resourceVersion our own last write made", async () => {
  const store = filled();
  await write(store, { k: "1" }, seen(5, { data: { k: "1" } }));
  assert.equal(store.objects.writtenRevision(at), "5");
  store.observe(seen(6, { data: { k: "1" } }));
  assert.equal(store.objects.writtenRevision(at), "5", "somebody else's");
  await write(store, { k: "1" }, seen(6, { data: { k: "1" } }));
  assert.equal(store.objects.writtenRevision(at), "5", "it changed nothing");
  const echo = seen(7, { data: { k: "2" } });
  await write(store, { k: "2" }, echo, () => store.observe(echo));
  assert.equal(store.objects.writtenRevision(at), "7", "the event came before the response");
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
  assert.equal(store.correct(seen(5)), false);
  assert.deepEqual(store.names(store.correct(seen(7, { instance: "other" }))), ["demo", "other"]);
  assert.deepEqual(store.names(store.correct(seen(9, { name: "b" }))), ["demo"]);
  assert.deepEqual(store.names(store.correctGone({ ...at, name: "b" })), ["demo"]);
  assert.equal(store.correctGone({ ...at, name: "b" }), false);
  assert.deepEqual(store.names(store.correct(seen(11, { foreign: true }))), ["other"]);
  assert.equal(store.objects.size, 0);
});

Deno.test("store: an object that we were told was deleted, and is not, is put right and wakes", async () => {
  const store = filled(seen(5));
  await store.delete({ ...at, uid: seen(5).metadata.uid! }, () => Promise.resolve());
  assert.ok(store.get()!.metadata.deletionTimestamp);
  assert.ok(!store.agrees(seen(5)));
  assert.deepEqual(store.names(store.correct(seen(5))), ["demo"]);
  assert.equal(store.get()!.metadata.deletionTimestamp, undefined);
  assert.ok(store.agrees(seen(5)));
});

Deno.test("store: events during a write are looked at when it is answered, the last of them alone", async () => {
  const store = filled(seen(3, { data: { k: "0" } }));
  const woken = await write(store, { k: "1" }, seen(5, { data: { k: "1" } }), () => {
    store.observe(seen(5, { data: { k: "1" } }));
    store.observe(seen(6, { data: { k: "2" } }));
    store.observe(seen(7, { data: { k: "3" } }));
  });
  assert.deepEqual(woken, ["demo"]);
  assert.deepEqual(store.get()?.data, { k: "3" });
  assert.ok(store.hasDrifted(at, desired({ k: "1" })), "what we wrote held once");

  await refused(
    (send) => store.apply(at, desired({}), undefined, send),
    () => store.observe(seen(9, { data: { k: "4" } })),
  );
  assert.deepEqual(store.names(), ["demo"]);
  assert.deepEqual(store.get()?.data, { k: "4" });
});

Deno.test("store: what our own write told of and a later list does not show is told missing", async () => {
  const store = new ChildStore(KIND);
  for (const [name, revision] of [["a", 3], ["b", 5], ["c", 9]] as const) {
    const written = seen(revision, { name, uid: name });
    const place = { namespace: "ns", name };
    await store.apply(place, written, undefined, () => Promise.resolve(written));
  }
  const has = ({ name }: { name?: string }) => name === "b";
  const missing = (resourceVersion: string, namespace?: string) =>
    store.objects.missingFrom({ resourceVersion, namespace, has }).map((o) => o.metadata.name);
  // The list does not know of what was written after it.
  assert.deepEqual(missing("7"), ["a"]);
  assert.deepEqual(missing("9"), ["a", "c"]);
  assert.deepEqual(missing("9", "other"), []);
  assert.deepEqual(missing("", "ns"), []);
});
