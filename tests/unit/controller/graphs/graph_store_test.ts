import assert from "node:assert/strict";
import { CRD_KIND, type KubeObject, RGD_KIND } from "../../../../src/api/mod.ts";
import { GraphStore } from "../../../../src/controller/graphs/graph_store.ts";
import type { PublishResult } from "../../../../src/publish/publish.ts";

const group = "shop.example.com";

/** A kind that graphs use. */
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
  /** What was queued since the last call. */
  const taken = () => queued.splice(0);
  return { store, taken, changed };
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

Deno.test("an RGD is looked at for its spec, its deletion and the permission to break, only once each", () => {
  const allowed = { "kro.run/allow-breaking-changes": "true" };
  const cases: [string, Partial<KubeObject["metadata"]>, boolean][] = [
    ["labels and status", { labels: { a: "b" } }, false],
    ["spec", { generation: 2 }, true],
    ["deletion", { generation: 2, deletionTimestamp: "2026-01-01T00:00:00Z" }, true],
    ["permission", { annotations: allowed }, true],
    ["another annotation", { annotations: { a: "b" } }, false],
    ["made anew", { uid: "2" }, true],
  ];
  for (const [what, metadata, expected] of cases) {
    const { store, taken } = setUp();
    store.rgdSeen(rgd(5));
    assert.deepEqual(taken(), ["rgd/cart"], what);
    store.rgdSeen(rgd(6, metadata));
    assert.deepEqual(taken(), expected ? ["rgd/cart"] : [], what);
    store.rgdSeen(rgd(6, metadata));
    assert.deepEqual(taken(), [], what);
  }
});

Deno.test("an edit that came between is not lost when the answer to our own write shows it first", () => {
  const { store, taken } = setUp();
  const before = rgd(5);
  store.rgdSeen(before);
  taken();
  store.published(store.entry("cart")!, before, result(rgd(7, { generation: 2 })));
  assert.deepEqual(taken(), ["rgd/cart"]);
  store.rgdSeen(rgd(6, { generation: 2 }));
  assert.deepEqual([taken(), store.entry("cart")!.rgd.metadata.resourceVersion], [[], "7"]);
});

Deno.test("all states of an RGD of one generation share one spec, which its graph holds too", () => {
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

Deno.test("the event of our own write of the CRD is no news; somebody else's edit is", () => {
  const { store, taken } = setUp();
  const name = `carts.${group}`;
  store.rgdSeen(rgd(5));
  store.published(
    store.entry("cart")!,
    rgd(5),
    result(rgd(5), { crd: crd(name, 9, { labels: owned }) }),
  );
  taken();
  store.crdSeen(crd(name, 9, { labels: owned }));
  assert.deepEqual(taken(), []);
  store.crdSeen(crd(name, 10, { labels: owned, generation: 2 }));
  assert.deepEqual(taken(), ["rgd/cart"]);
  store.crdGone(name);
  assert.deepEqual(taken(), ["rgd/cart"]);
});

Deno.test("an RGD is looked at again when a kind may have come that it waits for", () => {
  const { store, taken } = setUp();
  store.rgdSeen(rgd(5));
  const missing = [{ group: "db.example.com", version: "v1", kind: "Database" }];
  store.published(store.entry("cart")!, rgd(5), result(rgd(5), { missing }));
  taken();
  store.crdSeen(crd("mice.zoo.example.com", 8));
  assert.deepEqual(taken(), []);
  store.crdSeen(crd("databases.db.example.com", 8));
  store.crdSeen(crd("databases.db.example.com", 9));
  assert.deepEqual(taken(), ["rgd/cart", "rgd/cart"], "also when it is only being established");
});

Deno.test("an RGD is looked at again when an aggregated API comes whose kinds it waits for", () => {
  const { store, taken } = setUp();
  store.rgdSeen(rgd(5));
  store.published(store.entry("cart")!, rgd(5), result(rgd(5), { missing: [database] }));
  taken();
  store.apiAvailable({ group: database.group, version: "v2" });
  assert.deepEqual(taken(), []);
  store.apiAvailable({ group: database.group, version: "v1" });
  assert.deepEqual(taken(), ["rgd/cart"]);
});

Deno.test("a changed schema is forgotten and what was compiled against it is looked at", () => {
  const { store, taken, changed } = setUp();
  store.rgdSeen(rgd(5));
  store.crdSeen(crd("databases.db.example.com", 7));
  store.published(store.entry("cart")!, rgd(5), result(rgd(5), { uses: [database] }));
  taken();
  store.crdSeen(crd("databases.db.example.com", 8, { annotations: { a: "b" } }));
  assert.deepEqual([taken(), changed.splice(0)], [[], ["databases.db.example.com"]]);
  store.crdSeen(crd("databases.db.example.com", 9, { generation: 2 }));
  assert.deepEqual([taken(), changed], [["rgd/cart"], ["databases.db.example.com"]]);
});

Deno.test("a CRD that changed while a graph was compiled against it is compiled against once more", () => {
  const { store, taken, changed } = setUp();
  store.rgdSeen(rgd(5));
  store.crdSeen(crd("databases.db.example.com", 7));
  taken();
  const since = store.crdClock;
  // Read at 7, changed at 8, and nobody knew yet that this graph uses it.
  store.crdSeen(crd("databases.db.example.com", 8, { generation: 2 }));
  assert.deepEqual([taken(), changed.length], [[], 2]);
  store.published(store.entry("cart")!, rgd(5), result(rgd(5), { uses: [database] }), since);
  assert.deepEqual(taken(), ["rgd/cart"]);
  const later = store.crdClock;
  store.published(store.entry("cart")!, rgd(5), result(rgd(5), { uses: [database] }), later);
  assert.deepEqual(taken(), []);

  // A kind that came during the pass is not waited for.
  const missing = [{ group: "db.example.com", version: "v1", kind: "Backup" }];
  store.crdSeen(crd("backups.db.example.com", 9));
  store.published(store.entry("cart")!, rgd(5), result(rgd(5), { missing }), later);
  assert.deepEqual(taken(), ["rgd/cart"]);
});

Deno.test("labels and annotations of a generated CRD are looked at; those of others are not", () => {
  const { store, taken } = setUp();
  store.rgdSeen(rgd(5));
  store.crdSeen(crd("carts.shop.example.com", 6, { labels: owned }));
  store.crdSeen(crd("foreign.example.com", 6));
  taken();
  store.crdSeen(crd("carts.shop.example.com", 7, { labels: { ...owned, team: "b" } }));
  assert.deepEqual(taken(), ["rgd/cart"]);
  store.crdSeen(crd("foreign.example.com", 7, { labels: { team: "b" } }));
  assert.deepEqual(taken(), []);
});

Deno.test("an RGD whose kind is another one's is looked at when that CRD goes", () => {
  const { store, taken } = setUp();
  store.rgdSeen(rgd(5));
  const labels = { ...owned, "kro.run/resource-graph-definition-name": "other" };
  store.crdSeen(crd("carts.shop.example.com", 6, { labels }));
  taken();
  store.crdGone("carts.shop.example.com");
  assert.ok(taken().includes("rgd/cart"));
});

Deno.test("an RGD whose kind is another one's is looked at when that RGD goes and its CRD stays", () => {
  const { store, taken } = setUp();
  store.rgdSeen(rgd(5));
  store.rgdSeen(rgd(6, { name: "cart2", uid: "2" }));
  store.crdSeen(crd(`carts.${group}`, 4, { labels: owned }));
  taken();
  store.rgdGone("cart");
  assert.deepEqual(taken(), [`crd/carts.${group}`, "rgd/cart2"]);
});

Deno.test("the end of its last instance wakes the RGD that goes, and no other", () => {
  const { store, taken } = setUp();
  store.rgdSeen(rgd(5));
  taken();
  store.instancesGone(`carts.${group}`);
  assert.deepEqual(taken(), []);
  store.rgdSeen(rgd(6, { deletionTimestamp: "2026-01-01T00:00:00Z" }));
  taken();
  store.instancesGone(`wagons.${group}`);
  assert.deepEqual(taken(), []);
  store.instancesGone(`carts.${group}`);
  assert.deepEqual(taken(), ["rgd/cart"]);
});

Deno.test("generated CRDs without an RGD are told once all is known, and when their RGD goes", () => {
  const { store, taken } = setUp();
  store.crdSeen(crd("carts.shop.example.com", 3, { labels: owned }));
  store.crdSeen(crd("foreign.example.com", 3));
  store.crdSeen(crd("orphans.example.com", 3, {
    labels: { ...owned, "kro.run/resource-graph-definition-name": "orphan" },
  }));
  store.rgdSeen(rgd(5));
  assert.deepEqual(taken(), ["rgd/cart"]);
  store.synced();
  assert.deepEqual(taken(), ["crd/orphans.example.com"]);
  store.rgdGone("cart");
  assert.deepEqual(taken(), [`crd/carts.${group}`]);
});

Deno.test("a revision under deletion is let go; the newest one lost is made anew", () => {
  const { store, taken } = setUp();
  store.rgdSeen({ ...rgd(5), status: { lastIssuedRevision: 2 } } as KubeObject);
  taken();
  const revision = (name: string, metadata: Partial<KubeObject["metadata"]> = {}): KubeObject => ({
    apiVersion: "internal.kro.run/v1alpha1",
    kind: "GraphRevision",
    metadata: { name, ...metadata },
  });
  const finalizers = ["kro.run/finalizer"];
  store.revisionSeen(revision("cart-r00001", { finalizers }));
  assert.deepEqual(taken(), []);
  const leaving = revision("cart-r00001", {
    finalizers,
    deletionTimestamp: "2026-01-01T00:00:00Z",
  });
  store.revisionSeen(leaving);
  assert.deepEqual(taken(), ["revision/cart-r00001"]);
  assert.equal(store.revisionToRelease("cart-r00001"), leaving);
  store.enqueueAll();
  assert.deepEqual(taken(), ["rgd/cart", "revision/cart-r00001"], "also when a release failed");
  store.revisionGone(revision("cart-r00001"));
  assert.equal(store.revisionToRelease("cart-r00001"), undefined);
  assert.deepEqual(taken(), []);
  store.revisionGone(revision("cart-r00002"));
  assert.deepEqual(taken(), ["rgd/cart"]);
});
