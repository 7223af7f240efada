import assert from "node:assert/strict";
import { CRD_KIND, type KubeObject, RGD_KIND } from "../../../../src/api/mod.ts";
import { GraphStore } from "../../../../src/controller/graphs/graph_store.ts";
import type { PublishResult } from "../../../../src/publish/publish.ts";

const group = "shop.example.com";

/** The kind of an object that the RGD of a test creates. */
const database = {
  group: "db.example.com",
  version: "v1",
  kind: "Database",
  plural: "databases",
  namespaced: true,
};

function setUp() {
  const queued: string[] = [];
  const changed: string[] = [];
  const store = new GraphStore(
    (key) => queued.push(key),
    (crd) => changed.push(crd),
  );
  /** Returns the keys that the store has queued since the last call of `takeQueued`. */
  const takeQueued = () => queued.splice(0);
  return { store, takeQueued, changed };
}

function rgd(revision: number, metadata: Partial<KubeObject["metadata"]> = {}) {
  const spec = { schema: { kind: "Cart", apiVersion: "v1", group } };
  return {
    apiVersion: "kro.run/v1alpha1",
    kind: RGD_KIND.kind,
    metadata: {
      name: "cart",
      uid: "1",
      generation: 1,
      resourceVersion: `${revision}`,
      ...metadata,
    },
    spec,
  };
}

function crd(name: string, revision: number, metadata: Partial<KubeObject["metadata"]> = {}) {
  return {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: CRD_KIND.kind,
    metadata: { name, uid: name, generation: 1, resourceVersion: `${revision}`, ...metadata },
  };
}

function result(of: ReturnType<typeof rgd>, more: Partial<PublishResult> = {}): PublishResult {
  return { rgd: of, problems: [], uses: [], missing: [], buildSeconds: 0, ...more };
}

const owned = { "kro.run/owned": "true", "kro.run/resource-graph-definition-name": "cart" };

Deno.test("an RGD is queued once for a change of its spec, deletion or breaking-changes annotation", () => {
  const allowed = { "kro.run/allow-breaking-changes": "true" };
  const cases: [string, Partial<KubeObject["metadata"]>, boolean][] = [
    ["labels and status", { labels: { a: "b" } }, false],
    ["spec", { generation: 2 }, true],
    ["deletion", { generation: 2, deletionTimestamp: "2026-01-01T00:00:00Z" }, true],
    ["breaking-changes annotation", { annotations: allowed }, true],
    ["another annotation", { annotations: { a: "b" } }, false],
    ["recreation", { uid: "2" }, true],
  ];
  for (const [what, metadata, expected] of cases) {
    const { store, takeQueued } = setUp();
    store.rgdSeen(rgd(5));
    assert.deepEqual(takeQueued(), ["rgd/cart"], what);
    store.rgdSeen(rgd(6, metadata));
    assert.deepEqual(takeQueued(), expected ? ["rgd/cart"] : [], what);
    store.rgdSeen(rgd(6, metadata));
    assert.deepEqual(takeQueued(), [], what);
  }
});

Deno.test("an edit that the response to kro's own write shows before its event queues the RGD", () => {
  const { store, takeQueued } = setUp();
  const before = rgd(5);
  store.rgdSeen(before);
  takeQueued();
  store.published(store.entry("cart")!, before, result(rgd(7, { generation: 2 })));
  assert.deepEqual(takeQueued(), ["rgd/cart"]);
  store.rgdSeen(rgd(6, { generation: 2 }));
  assert.deepEqual([takeQueued(), store.entry("cart")!.rgd.metadata.resourceVersion], [[], "7"]);
});

Deno.test("all states of one generation of an RGD share one spec object", () => {
  const { store } = setUp();
  const first = rgd(5);
  store.rgdSeen(first);
  store.rgdSeen(rgd(6, { labels: { a: "b" } }));
  const entry = store.entry("cart")!;
  assert.deepEqual([entry.rgd.metadata.resourceVersion, entry.rgd.spec === first.spec], [
    "6",
    true,
  ]);
  store.published(entry, entry.rgd, result(rgd(7)));
  assert.deepEqual([entry.rgd.metadata.resourceVersion, entry.rgd.spec === first.spec], [
    "7",
    true,
  ]);
  const edited = rgd(8, { generation: 2 });
  store.rgdSeen(edited);
  assert.equal(entry.rgd.spec, edited.spec);
});

Deno.test("the echo of kro's own write of the CRD queues nothing; another writer's edit queues the RGD", () => {
  const { store, takeQueued } = setUp();
  const name = `carts.${group}`;
  store.rgdSeen(rgd(5));
  store.published(
    store.entry("cart")!,
    rgd(5),
    result(rgd(5), { crd: crd(name, 9, { labels: owned }) }),
  );
  takeQueued();
  store.crdSeen(crd(name, 9, { labels: owned }));
  assert.deepEqual(takeQueued(), []);
  store.crdSeen(crd(name, 10, { labels: owned, generation: 2 }));
  assert.deepEqual(takeQueued(), ["rgd/cart"]);
  store.crdGone(name);
  assert.deepEqual(takeQueued(), ["rgd/cart"]);
});

Deno.test("an RGD is queued when the CRD of a missing kind appears", () => {
  const { store, takeQueued } = setUp();
  store.rgdSeen(rgd(5));
  const missing = [{ group: "db.example.com", version: "v1", kind: "Database" }];
  store.published(store.entry("cart")!, rgd(5), result(rgd(5), { missing }));
  takeQueued();
  store.crdSeen(crd("mice.zoo.example.com", 8));
  assert.deepEqual(takeQueued(), []);
  store.crdSeen(crd("databases.db.example.com", 8));
  store.crdSeen(crd("databases.db.example.com", 9));
  assert.deepEqual(
    takeQueued(),
    ["rgd/cart", "rgd/cart"],
    "for every event, because the CRD may become established later",
  );
});

Deno.test("an RGD is queued when the aggregated API of a missing kind becomes available", () => {
  const { store, takeQueued } = setUp();
  store.rgdSeen(rgd(5));
  store.published(store.entry("cart")!, rgd(5), result(rgd(5), { missing: [database] }));
  takeQueued();
  store.apiAvailable({ group: database.group, version: "v2" });
  assert.deepEqual(takeQueued(), []);
  store.apiAvailable({ group: database.group, version: "v1" });
  assert.deepEqual(takeQueued(), ["rgd/cart"]);
});

Deno.test("a changed CRD invalidates its schema and queues the RGDs that use it", () => {
  const { store, takeQueued, changed } = setUp();
  store.rgdSeen(rgd(5));
  store.crdSeen(crd("databases.db.example.com", 7));
  store.published(store.entry("cart")!, rgd(5), result(rgd(5), { uses: [database] }));
  takeQueued();
  store.crdSeen(crd("databases.db.example.com", 8, { annotations: { a: "b" } }));
  assert.deepEqual([takeQueued(), changed.splice(0)], [[], ["databases.db.example.com"]]);
  store.crdSeen(crd("databases.db.example.com", 9, { generation: 2 }));
  assert.deepEqual([takeQueued(), changed], [["rgd/cart"], ["databases.db.example.com"]]);
});

Deno.test("an RGD is queued again if a CRD that it uses changed while its graph was compiled", () => {
  const { store, takeQueued, changed } = setUp();
  store.rgdSeen(rgd(5));
  store.crdSeen(crd("databases.db.example.com", 7));
  takeQueued();
  const since = store.crdChanges.clock;
  // kro read the CRD at resourceVersion 7 to compile the RGD. The CRD changes now, before the store
  // knows that this RGD uses it.
  store.crdSeen(crd("databases.db.example.com", 8, { generation: 2 }));
  assert.deepEqual([takeQueued(), changed.length], [[], 2]);
  store.published(store.entry("cart")!, rgd(5), result(rgd(5), { uses: [database] }), since);
  assert.deepEqual(takeQueued(), ["rgd/cart"]);
  const later = store.crdChanges.clock;
  store.published(store.entry("cart")!, rgd(5), result(rgd(5), { uses: [database] }), later);
  assert.deepEqual(takeQueued(), []);

  // A kind was missing when kro compiled the RGD, and appeared before the store knew that the RGD
  // uses it. The RGD must be queued again immediately.
  const missing = [{ group: "db.example.com", version: "v1", kind: "Backup" }];
  store.crdSeen(crd("backups.db.example.com", 9));
  store.published(store.entry("cart")!, rgd(5), result(rgd(5), { missing }), later);
  assert.deepEqual(takeQueued(), ["rgd/cart"]);
});

Deno.test("a changed label queues the RGD of a generated CRD, and nothing for other CRDs", () => {
  const { store, takeQueued } = setUp();
  store.rgdSeen(rgd(5));
  store.crdSeen(crd("carts.shop.example.com", 6, { labels: owned }));
  store.crdSeen(crd("foreign.example.com", 6));
  takeQueued();
  store.crdSeen(crd("carts.shop.example.com", 7, { labels: { ...owned, team: "b" } }));
  assert.deepEqual(takeQueued(), ["rgd/cart"]);
  store.crdSeen(crd("foreign.example.com", 7, { labels: { team: "b" } }));
  assert.deepEqual(takeQueued(), []);
});

Deno.test("an RGD whose kind belongs to another RGD is queued when that CRD is deleted", () => {
  const { store, takeQueued } = setUp();
  store.rgdSeen(rgd(5));
  const labels = { ...owned, "kro.run/resource-graph-definition-name": "other" };
  store.crdSeen(crd("carts.shop.example.com", 6, { labels }));
  takeQueued();
  store.crdGone("carts.shop.example.com");
  assert.ok(takeQueued().includes("rgd/cart"));
});

Deno.test("an RGD whose kind belongs to another RGD is queued when that RGD is deleted and its CRD stays", () => {
  const { store, takeQueued } = setUp();
  store.rgdSeen(rgd(5));
  store.rgdSeen(rgd(6, { name: "cart2", uid: "2" }));
  store.crdSeen(crd(`carts.${group}`, 4, { labels: owned }));
  takeQueued();
  store.rgdGone("cart");
  assert.deepEqual(takeQueued(), [`crd/carts.${group}`, "rgd/cart2"]);
});

Deno.test("deleting the last instance queues the RGD only if the RGD is being deleted", () => {
  const { store, takeQueued } = setUp();
  store.rgdSeen(rgd(5));
  takeQueued();
  store.instancesGone(`carts.${group}`);
  assert.deepEqual(takeQueued(), []);
  store.rgdSeen(rgd(6, { deletionTimestamp: "2026-01-01T00:00:00Z" }));
  takeQueued();
  store.instancesGone(`wagons.${group}`);
  assert.deepEqual(takeQueued(), []);
  store.instancesGone(`carts.${group}`);
  assert.deepEqual(takeQueued(), ["rgd/cart"]);
});

Deno.test("a generated CRD without an RGD is queued once the caches are synced, and when its RGD is deleted", () => {
  const { store, takeQueued } = setUp();
  store.crdSeen(crd("carts.shop.example.com", 3, { labels: owned }));
  store.crdSeen(crd("foreign.example.com", 3));
  store.crdSeen(crd("orphans.example.com", 3, {
    labels: { ...owned, "kro.run/resource-graph-definition-name": "orphan" },
  }));
  store.rgdSeen(rgd(5));
  assert.deepEqual(takeQueued(), ["rgd/cart"]);
  store.synced();
  assert.deepEqual(takeQueued(), ["crd/orphans.example.com"]);
  store.rgdGone("cart");
  assert.deepEqual(takeQueued(), [`crd/carts.${group}`]);
});

Deno.test("a revision under deletion is queued for release; deletion of the newest one queues its RGD", () => {
  const { store, takeQueued } = setUp();
  store.rgdSeen({ ...rgd(5), status: { lastIssuedRevision: 2 } } as KubeObject);
  takeQueued();
  const revision = (name: string, metadata: Partial<KubeObject["metadata"]> = {}): KubeObject => ({
    apiVersion: "internal.kro.run/v1alpha1",
    kind: "GraphRevision",
    metadata: { name, ...metadata },
  });
  const finalizers = ["kro.run/finalizer"];
  store.revisionSeen(revision("cart-r00001", { finalizers }));
  assert.deepEqual(takeQueued(), []);
  const terminating = revision("cart-r00001", {
    finalizers,
    deletionTimestamp: "2026-01-01T00:00:00Z",
  });
  store.revisionSeen(terminating);
  assert.deepEqual(takeQueued(), ["revision/cart-r00001"]);
  assert.equal(store.revisionToRelease("cart-r00001"), terminating);
  store.enqueueAll();
  assert.deepEqual(
    takeQueued(),
    ["rgd/cart", "revision/cart-r00001"],
    "enqueueAll includes unreleased revisions",
  );
  store.revisionGone(revision("cart-r00001"));
  assert.equal(store.revisionToRelease("cart-r00001"), undefined);
  assert.deepEqual(takeQueued(), []);
  store.revisionGone(revision("cart-r00002"));
  assert.deepEqual(takeQueued(), ["rgd/cart"]);
});

Deno.test("the store finds the RGD that defines a kind", () => {
  const { store } = setUp();
  store.rgdSeen(rgd(1));
  const kind = { group, version: "v1", kind: "Cart" };
  assert.equal(store.definedBy(kind)?.metadata.name, "cart");
  assert.equal(store.definedBy({ ...kind, version: "v2" }), undefined);
});
