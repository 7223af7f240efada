// The tests that every implementation of the interface `Cluster` must pass.
import assert from "node:assert/strict";
import {
  ApiError,
  type ApiErrorReason,
  apiVersionOf,
  type KindRef,
  type KubeObject,
  Label,
  type ObjectRef,
} from "../../../src/api/mod.ts";
import type { Cluster } from "../../../src/reconcile/mod.ts";

/** ConfigMaps, as an example of an ordinary kind of child objects. */
export const CONFIG_MAP: KindRef = {
  group: "",
  version: "v1",
  kind: "ConfigMap",
  plural: "configmaps",
  namespaced: true,
};

/** Secrets, whose data the API server returns in base64. */
export const SECRET: KindRef = { ...CONFIG_MAP, kind: "Secret", plural: "secrets" };

/**
 * A custom kind with the fields `spec.size` and `status.phase` and a status subresource, like the
 * kinds of instances.
 */
export const WIDGET: KindRef = {
  group: "contract.example.com",
  version: "v1",
  kind: "Widget",
  plural: "widgets",
  namespaced: true,
};

/** The environment of one test. The API server must serve ConfigMaps, Secrets and Widgets. */
export interface ContractSetup extends AsyncDisposable {
  /** The implementation under test. */
  readonly cluster: Cluster;
  /** The names of two namespaces that only this test uses. */
  readonly namespaces: readonly [string, string];
  /** Applies the object with a field manager other than kro's field managers. */
  foreign(ref: ObjectRef, object: KubeObject): Promise<KubeObject>;
}

type Case = (setup: ContractSetup) => Promise<void>;

/**
 * Declares the tests for one implementation. `open` creates the environment of each test.
 *
 * @param excluded The names of the tests that do not apply to the implementation.
 */
export function clusterContract(
  name: string,
  open: () => Promise<ContractSetup>,
  excluded: readonly string[] = [],
): void {
  const unknown = excluded.filter((rule) => !Object.hasOwn(cases, rule));
  assert.deepEqual(unknown, []);
  for (const [rule, check] of Object.entries(cases)) {
    if (excluded.includes(rule)) continue;
    Deno.test(`${name}: ${rule}`, async () => {
      await using setup = await open();
      await check(setup);
    });
  }
}

const APPLY_SET = "applyset-contract-v1";
const INSTANCE_UID = "uid-of-the-instance";

/**
 * Returns a reference to an object in the test's first namespace, or in the second namespace if
 * `index` is 1.
 */
function at(setup: ContractSetup, name: string, kind = CONFIG_MAP, index: 0 | 1 = 0): ObjectRef {
  return { kind, namespace: setup.namespaces[index], name };
}

/**
 * Returns an object with the labels of a child of a Widget. `node` is the ID of the child's node.
 */
function child(ref: ObjectRef, rest: Record<string, unknown>, node = "node"): KubeObject {
  const labels = {
    [Label.owned]: "true",
    [Label.applySetPartOf]: APPLY_SET,
    [Label.instanceId]: INSTANCE_UID,
    [Label.instanceGroup]: WIDGET.group,
    [Label.instanceKind]: WIDGET.kind,
    [Label.nodeId]: node,
  };
  return bare(ref, rest, labels);
}

function bare(
  { kind, namespace, name }: ObjectRef,
  rest: Record<string, unknown>,
  labels?: Record<string, string>,
): KubeObject {
  const metadata = { name, namespace, ...(labels && { labels }) };
  return { apiVersion: apiVersionOf(kind), kind: kind.kind, metadata, ...rest };
}

/**
 * Returns the places of the objects as sorted strings, such as `0/name`: the index of the test's
 * namespace and the object's name. Ignores objects outside the test's namespaces.
 */
function placesOf({ namespaces }: ContractSetup, objects: readonly KubeObject[]): string[] {
  return objects.filter(({ metadata }) => namespaces.includes(metadata.namespace ?? ""))
    .map(({ metadata }) => `${namespaces.indexOf(metadata.namespace!)}/${metadata.name}`)
    .sort();
}

/** Returns a validator for `assert.rejects` which accepts an ApiError with this reason. */
function refusal(reason: ApiErrorReason): (error: unknown) => true {
  return (error) => {
    assert.ok(error instanceof ApiError, String(error));
    assert.equal(error.reason, reason, error.message);
    return true;
  };
}

const free = { force: false };
const forced = { force: true };

const cases: Record<string, Case> = {
  "a missing object is undefined, cached, live or external": async (setup) => {
    const ref = at(setup, "none");
    assert.equal(await setup.cluster.get(ref), undefined);
    assert.equal(await setup.cluster.getLive(ref), undefined);
    assert.equal(await setup.cluster.getExternal(ref), undefined);
  },

  "a first apply creates, and reads show it at once": async (setup) => {
    const { cluster } = setup;
    const ref = at(setup, "a");
    const { object, action } = await cluster.apply(ref, child(ref, { data: { k: "1" } }), free);
    assert.equal(action, "created");
    assert.ok(object.metadata.uid);
    for (const read of [await cluster.get(ref), await cluster.getLive(ref)]) {
      assert.equal(read?.metadata.uid, object.metadata.uid);
      assert.deepEqual(read?.data, { k: "1" });
    }
  },

  "an apply that changes a field is `configured`, one that changes none `unchanged`": async (
    setup,
  ) => {
    const { cluster } = setup;
    const ref = at(setup, "a");
    await cluster.apply(ref, child(ref, { data: { k: "1" } }), free);
    const changed = await cluster.apply(ref, child(ref, { data: { k: "2" } }), forced);
    assert.equal(changed.action, "configured");
    assert.deepEqual(changed.object.data, { k: "2" });
    const again = await cluster.apply(ref, child(ref, { data: { k: "2" } }), forced);
    assert.equal(again.action, "unchanged");
    assert.equal(again.object.metadata.resourceVersion, changed.object.metadata.resourceVersion);
  },

  "a field that kro no longer applies is removed, one of another manager stays": async (setup) => {
    const { cluster } = setup;
    const ref = at(setup, "a");
    await cluster.apply(ref, child(ref, { data: { a: "1", b: "2" } }), free);
    await setup.foreign(ref, bare(ref, { data: { theirs: "3" } }));
    const { object } = await cluster.apply(ref, child(ref, { data: { a: "1" } }), forced);
    assert.deepEqual(object.data, { a: "1", theirs: "3" });
  },

  "a field of another manager is a conflict without force, and taken over with it": async (
    setup,
  ) => {
    const { cluster } = setup;
    const ref = at(setup, "a");
    await setup.foreign(ref, bare(ref, { data: { k: "theirs" } }));
    const desired = child(ref, { data: { k: "ours" } });
    await assert.rejects(cluster.apply(ref, desired, free), refusal("Conflict"));
    assert.deepEqual((await cluster.getLive(ref))?.data, { k: "theirs" });
    const { object, action } = await cluster.apply(ref, desired, forced);
    assert.equal(action, "configured");
    assert.deepEqual(object.data, { k: "ours" });
  },

  "an object of another manager without common fields is adopted, not created": async (setup) => {
    const ref = at(setup, "a");
    await setup.foreign(ref, bare(ref, { data: { theirs: "1" } }));
    const { action } = await setup.cluster.apply(ref, child(ref, { data: { ours: "2" } }), free);
    assert.equal(action, "configured");
  },

  "a Secret's data is applied, and a second apply changes nothing": async (setup) => {
    const { cluster } = setup;
    const ref = at(setup, "s", SECRET);
    const desired = child(ref, { type: "Opaque", data: { k: "dsOkbA==" } });
    const first = await cluster.apply(ref, desired, free);
    assert.deepEqual(first.object.data, { k: "dsOkbA==" });
    assert.equal((await cluster.apply(ref, desired, forced)).action, "unchanged");
  },

  "members of an ApplySet are listed in one namespace or in all": async (setup) => {
    const { cluster, namespaces } = setup;
    const refs = [at(setup, "b"), at(setup, "a"), at(setup, "a", CONFIG_MAP, 1)];
    for (const ref of refs) await cluster.apply(ref, child(ref, {}), free);
    const stranger = at(setup, "stranger");
    await setup.foreign(stranger, bare(stranger, {}));
    const lists = [cluster.listMembers, cluster.listMembersLive].map((list) => list.bind(cluster));
    for (const list of lists) {
      const names = async (namespace?: string) =>
        placesOf(setup, await list({ kind: CONFIG_MAP, namespace }, APPLY_SET));
      assert.deepEqual(await names(namespaces[0]), ["0/a", "0/b"]);
      assert.deepEqual(await names(), ["0/a", "0/b", "1/a"]);
      assert.deepEqual(await list({ kind: CONFIG_MAP, namespace: namespaces[0] }, "other"), []);
    }
  },

  "items of a collection are listed by instance and node, in all namespaces": async (setup) => {
    const { cluster } = setup;
    const refs = [at(setup, "a"), at(setup, "b", CONFIG_MAP, 1)];
    for (const ref of refs) await cluster.apply(ref, child(ref, { data: { k: "1" } }), free);
    const other = at(setup, "c");
    await cluster.apply(other, child(other, {}, "another"), free);
    const list = (instanceUid: string, nodeId: string) =>
      cluster.listCollection({ kind: CONFIG_MAP, instanceUid, nodeId });
    assert.deepEqual(placesOf(setup, await list(INSTANCE_UID, "node")), ["0/a", "1/b"]);
    assert.deepEqual(placesOf(setup, await list(INSTANCE_UID, "another")), ["0/c"]);
    const items = await list(INSTANCE_UID, "node");
    const first = items.find(({ metadata }) => metadata.namespace === setup.namespaces[0]);
    assert.deepEqual(first?.data, { k: "1" });
    assert.deepEqual(await list("uid-of-another", "node"), []);
    assert.deepEqual(await list(INSTANCE_UID, "none"), []);
  },

  "external objects are read by name and by label selector, regardless of their owner": async (
    setup,
  ) => {
    const { cluster, namespaces: [namespace] } = setup;
    const theirs = at(setup, "theirs");
    const ours = at(setup, "ours");
    await setup.foreign(theirs, bare(theirs, { data: { k: "1" } }, { team: "a", tier: "web" }));
    await cluster.apply(ours, child(ours, { data: { k: "2" } }), free);
    assert.deepEqual((await cluster.getExternal(theirs))?.data, { k: "1" });
    assert.deepEqual((await cluster.getExternal(ours))?.data, { k: "2" });
    const selectors: Record<string, string[]> = {
      "team=a": ["0/theirs"],
      "team in (a,b),tier!=db": ["0/theirs"],
      "team,!tier": [],
      [`${Label.applySetPartOf}=${APPLY_SET}`]: ["0/ours"],
      [`${Label.applySetPartOf}=${APPLY_SET},!${Label.owned}`]: [],
    };
    for (const [labelSelector, expected] of Object.entries(selectors)) {
      const found = await cluster.listExternal({ kind: CONFIG_MAP, namespace, labelSelector });
      assert.deepEqual(placesOf(setup, found), expected, labelSelector);
    }
    const all = placesOf(setup, await cluster.listExternal({ kind: CONFIG_MAP, namespace }));
    assert.ok(all.includes("0/theirs") && all.includes("0/ours"), all.join());
  },

  "a delete removes only the object with the given uid": async (setup) => {
    const { cluster } = setup;
    const ref = at(setup, "a");
    const { object } = await cluster.apply(ref, child(ref, {}), free);
    await assert.rejects(cluster.delete(ref, { uid: "another" }), refusal("Conflict"));
    assert.ok(await cluster.getLive(ref));
    await cluster.delete(ref, { uid: object.metadata.uid! });
    assert.equal(await cluster.getLive(ref), undefined);
    const cached = await cluster.get(ref);
    assert.ok(!cached || cached.metadata.deletionTimestamp, "gone or terminating");
  },

  "deleting a missing object succeeds": async (setup) => {
    await setup.cluster.delete(at(setup, "a"), { uid: "any" });
  },

  "a live list shows a delete at once": async (setup) => {
    const { cluster, namespaces } = setup;
    const ref = at(setup, "a");
    const { object } = await cluster.apply(ref, child(ref, {}), free);
    const list = () =>
      cluster.listMembersLive({ kind: CONFIG_MAP, namespace: namespaces[0] }, APPLY_SET);
    assert.equal((await list())[0]?.metadata.uid, object.metadata.uid);
    await cluster.delete(ref, { uid: object.metadata.uid! });
    assert.deepEqual(await list(), []);
  },

  "a patch merges, null removes, and a stale resourceVersion is rejected": async (setup) => {
    const { cluster } = setup;
    const ref = at(setup, "w", WIDGET);
    const before = await setup.foreign(ref, bare(ref, { spec: { size: 1 } }, { old: "x" }));
    const { resourceVersion } = before.metadata;
    const patch = {
      metadata: { resourceVersion, labels: { old: null, new: "y" }, finalizers: ["kro.run/test"] },
    };
    const after = await cluster.patch(ref, patch);
    assert.deepEqual(after.metadata.labels, { new: "y" });
    assert.deepEqual(after.metadata.finalizers, ["kro.run/test"]);
    assert.deepEqual(after.spec, { size: 1 });
    await assert.rejects(cluster.patch(ref, patch), refusal("Conflict"));
    await cluster.patch(ref, { metadata: { finalizers: null } });
  },

  "a status write replaces only the status, and a stale one is rejected": async (setup) => {
    const { cluster } = setup;
    const ref = at(setup, "w", WIDGET);
    const before = await setup.foreign(ref, bare(ref, { spec: { size: 1 } }));
    const wanted = { ...before, spec: { size: 2 }, status: { phase: "Ready" } };
    const after = await cluster.writeStatus(ref, wanted);
    assert.deepEqual(after.status, { phase: "Ready" });
    assert.deepEqual(after.spec, { size: 1 });
    assert.equal(after.metadata.generation, before.metadata.generation);
    await assert.rejects(
      cluster.writeStatus(ref, { ...wanted, status: { phase: "Late" } }),
      refusal("Conflict"),
    );
  },

  "a kind is looked up by group and kind; an unknown one is undefined": async ({ cluster }) => {
    const { plural, namespaced } = await cluster.serves(WIDGET) ?? {};
    assert.deepEqual({ plural, namespaced }, { plural: "widgets", namespaced: true });
    assert.equal((await cluster.serves(CONFIG_MAP))?.plural, "configmaps");
    assert.equal(await cluster.serves({ group: "none.example.com", kind: "None" }), undefined);
    assert.equal(await cluster.serves({ group: "", kind: "None" }), undefined);
    assert.equal((await cluster.serves(WIDGET, { fresh: true }))?.plural, "widgets");
  },
};
