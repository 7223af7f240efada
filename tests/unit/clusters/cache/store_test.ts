// Tests of the cache of child objects. A late watch event must not replace the result of kro's own
// write, and only changes by other clients requeue an instance.
import assert from "node:assert/strict";
import {
  ApiError,
  type JsonObject,
  type KindRef,
  type KubeObject,
  Label,
} from "../../../../src/api/mod.ts";
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

/**
 * Returns the object with this resourceVersion, as the API server returns it. kro has applied the
 * object, unless `foreign` is set.
 */
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

/**
 * A cache for an RGD whose expressions read these fields of a node. It records the instances that
 * it requeues.
 */
class TestStore extends ChildStore {
  readonly requeued: InstanceId[] = [];

  constructor(reads: Reads = "whole") {
    const shared = { reads: new GraphReads(), owners: new Owners() };
    shared.reads.add({ group: "example.com", kind: "Demo" }, new Map([["node", reads]]));
    super(KIND, shared, (instances) => this.requeued.push(...instances));
  }

  get(place = at): KubeObject | undefined {
    return this.objects.get(place);
  }

  /**
   * Returns the names of the instances that were requeued since the last call. If `changed` is
   * true, asserts that there is at least one such instance; if `changed` is false, asserts that
   * there is none.
   */
  names(changed?: boolean): string[] {
    const names = this.requeued.splice(0).map(({ name }) => name).sort();
    if (changed !== undefined) assert.equal(changed, names.length > 0);
    return names;
  }
}

function filled(...objects: KubeObject[]): TestStore {
  const store = new TestStore();
  for (const object of objects) store.observe(object);
  store.names();
  return store;
}

/**
 * Applies an object through the cache. `meanwhile` delivers events between the request and the
 * response. Returns the names of the requeued instances.
 */
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

/**
 * Sends a write that the API server rejects. `meanwhile` delivers events between the request and
 * the response.
 */
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

const LABELS = [
  Label.instanceGroup,
  Label.instanceVersion,
  Label.instanceKind,
  Label.instanceNamespace,
  Label.instanceName,
  Label.instanceId,
  Label.applySetPartOf,
  Label.nodeId,
  Label.owned,
];

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

Deno.test("store: an object recreated under its name has no former owners", () => {
  const store = filled(seen(1), seen(2, { instance: "other" }));
  store.names(store.gone({ ...at, uid: "u1" }));
  assert.deepEqual(store.names(store.observe(seen(3, { uid: "u2", instance: "other" }))), [
    "other",
  ]);
});

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

Deno.test("store: an applied object holds until an event shows drift", async () => {
  const store = filled();
  // The API server changes the notation of the value, as it does for quantities. After the
  // response, the cache must treat both notations as the same value.
  await write(store, { k: "1000m" }, seen(5, { data: { k: "1" } }));
  assert.equal(store.isUpToDate(at, desired({ k: "1000m" })), true);
  store.observe({ ...seen(6, { data: { k: "1" } }), status: { phase: "x" } });
  assert.equal(store.isUpToDate(at, desired({ k: "1000m" })), true, "kro does not own the status");
  assert.equal(store.isUpToDate(at, desired({ k: "2" })), false);
  store.observe(seen(7, { data: { k: "3" } }));
  assert.equal(store.isUpToDate(at, desired({ k: "1000m" })), false);
});

Deno.test("store: after a restart the desired values are compared with the live ones", () => {
  const store = filled(seen(5, { data: { k: "1" } }));
  assert.equal(store.isUpToDate(at, desired({ k: "1" })), true);
  assert.equal(store.isUpToDate(at, desired({ k: "2" })), false);
  assert.equal(
    store.isUpToDate(at, desired({})),
    false,
    "a field that kro still owns must be removed",
  );
  assert.equal(store.isUpToDate(at, { ...desired({ k: "1" }), apiVersion: "v2" }), false);
});

Deno.test("store: an object that was deleted and created again does not hold", async () => {
  const store = filled();
  await write(store, { k: "1000m" }, seen(5, { data: { k: "1" } }));
  store.observe(seen(8, { data: { k: "1" }, uid: "u2" }));
  assert.equal(store.isUpToDate(at, desired({ k: "1000m" })), false);
});

Deno.test("store: a change of a volatile field alone needs no write, unless kro wrote the object that it reads", async () => {
  const volatile = (basis: string) => ({ paths: [["data", "seen"]], basis });
  const store = filled();
  const first = seen(5, { data: { seen: "1", k: "a" } });
  const send = () => Promise.resolve(first);
  await store.apply(at, desired({ seen: "1", k: "a" }), volatile("3"), send);
  const holds = (data: Record<string, string>, basis: string) =>
    store.isUpToDate(at, desired(data), volatile(basis));
  assert.equal(holds({ seen: "2", k: "a" }, "3"), true);
  assert.equal(
    holds({ seen: "2", k: "a" }, "9"),
    false,
    "kro wrote the object that the field reads",
  );
  assert.equal(holds({ seen: "2", k: "b" }, "3"), false, "another field");
  assert.equal(store.isUpToDate(at, desired({ seen: "2", k: "a" })), false, "not volatile");
  store.observe(seen(6, { data: { seen: "0", k: "a" } }));
  assert.equal(holds({ seen: "2", k: "a" }, "3"), false, "drift");
});

Deno.test("store: after a restart the live value of a volatile field is accepted", () => {
  const store = filled(seen(5, { data: { seen: "1", k: "a" } }));
  const volatile = { paths: [["data", "seen"]], basis: "" };
  assert.equal(store.isUpToDate(at, desired({ seen: "2", k: "a" }), volatile), true);
  assert.equal(
    store.isUpToDate(at, desired({ seen: "2", k: "a" }), { ...volatile, basis: "3" }),
    false,
  );
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

/** An object of which kro owns the fields `owned`. */
function scaled(resourceVersion: number, spec: JsonObject, owned: string[]): KubeObject {
  const object = seen(resourceVersion);
  const [entry] = object.metadata.managedFields!;
  const fields = Object.fromEntries(owned.map((name) => [`f:${name}`, {}]));
  object.metadata.managedFields = [{ ...entry!, fieldsV1: { "f:spec": fields } }];
  return { ...object, spec };
}

Deno.test("store: null holds while kro owns the field, and drifts when another manager sets it", async () => {
  const wanted = { ...desired({}), spec: { replicas: null, paused: true } };
  const owned = ["replicas", "paused"];
  for (const live of [{ paused: true }, { paused: true, replicas: null }]) {
    const store = new TestStore();
    store.observe(scaled(1, live, owned));
    assert.equal(store.isUpToDate(at, wanted), true, "without a value, also after a restart");
    store.observe(scaled(2, { paused: true, replicas: 3 }, ["paused"]));
    assert.equal(store.isUpToDate(at, wanted), false);
  }
  const store = new TestStore();
  const defaulted = { paused: true, replicas: 1 };
  await store.apply(at, wanted, undefined, () => Promise.resolve(scaled(1, defaulted, owned)));
  assert.equal(store.isUpToDate(at, wanted), true, "the API server may replace null by a default");
  store.observe(scaled(2, { paused: true, replicas: 3 }, ["paused"]));
  assert.equal(store.isUpToDate(at, wanted), false);
  assert.equal(store.hasDrifted(at, wanted), true);
  assert.equal(store.isUpToDate(at, { ...wanted, spec: { paused: true } }), true);
});
