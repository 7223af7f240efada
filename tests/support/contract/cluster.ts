// What every implementation of the port `Cluster` must do: one suite, many drivers.
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

/** ConfigMaps: an ordinary kind of children. */
export const CONFIG_MAP: KindRef = {
  group: "",
  version: "v1",
  kind: "ConfigMap",
  plural: "configmaps",
  namespaced: true,
};

/** Secrets: a kind whose values are no plain text. */
export const SECRET: KindRef = { ...CONFIG_MAP, kind: "Secret", plural: "secrets" };

/** A kind with a status subresource, as instances have: `spec.size` and `status.phase`. */
export const WIDGET: KindRef = {
  group: "contract.example.com",
  version: "v1",
  kind: "Widget",
  plural: "widgets",
  namespaced: true,
};

/** What a driver brings for one case. ConfigMaps and Widgets must be served. */
export interface ContractSetup extends AsyncDisposable {
  /** What is tested. */
  readonly cluster: Cluster;
  /** Two namespaces of this case alone. */
  readonly namespaces: readonly [string, string];
  /** Applies as another field manager. */
  foreign(ref: ObjectRef, object: KubeObject): Promise<KubeObject>;
}

type Case = (setup: ContractSetup) => Promise<void>;

/** Declares the suite's tests for a driver. */
export function clusterContract(name: string, open: () => Promise<ContractSetup>): void {
  for (const [rule, check] of Object.entries(cases)) {
    Deno.test(`${name}: ${rule}`, async () => {
      await using setup = await open();
      await check(setup);
    });
  }
}

const PART_OF = "applyset-contract-v1";

/** A reference to an object of the case's first namespace, or of another one. */
function at(setup: ContractSetup, name: string, kind = CONFIG_MAP, index: 0 | 1 = 0): ObjectRef {
  return { kind, namespace: setup.namespaces[index], name };
}

/** An object with the labels of a child of a Widget, of the node `node`. */
function child(ref: ObjectRef, rest: Record<string, unknown>): KubeObject {
  const labels = {
    [Label.owned]: "true",
    [Label.applySetPartOf]: PART_OF,
    [Label.instanceId]: "uid-of-the-instance",
    [Label.instanceGroup]: WIDGET.group,
    [Label.instanceKind]: WIDGET.kind,
    [Label.nodeId]: "node",
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
  "what is not there is undefined, cached or live": async (setup) => {
    const ref = at(setup, "none");
    assert.equal(await setup.cluster.get(ref), undefined);
    assert.equal(await setup.cluster.getLive(ref), undefined);
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

  "an apply that changes something configures, one that changes nothing does not": async (
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

  "a field that is no longer applied goes, one that others applied stays": async (setup) => {
    const { cluster } = setup;
    const ref = at(setup, "a");
    await cluster.apply(ref, child(ref, { data: { a: "1", b: "2" } }), free);
    await setup.foreign(ref, bare(ref, { data: { theirs: "3" } }));
    const { object } = await cluster.apply(ref, child(ref, { data: { a: "1" } }), forced);
    assert.deepEqual(object.data, { a: "1", theirs: "3" });
  },

  "a field that others hold is refused without force, and taken with it": async (setup) => {
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

  "an object of others without a field in common is adopted, not created": async (setup) => {
    const ref = at(setup, "a");
    await setup.foreign(ref, bare(ref, { data: { theirs: "1" } }));
    const { action } = await setup.cluster.apply(ref, child(ref, { data: { ours: "2" } }), free);
    assert.equal(action, "configured");
  },

  "a Secret's data is applied, and costs nothing twice": async (setup) => {
    const { cluster } = setup;
    const ref = at(setup, "s", SECRET);
    const desired = child(ref, { type: "Opaque", data: { k: "dsOkbA==" } });
    const first = await cluster.apply(ref, desired, free);
    assert.deepEqual(first.object.data, { k: "dsOkbA==" });
    assert.equal((await cluster.apply(ref, desired, forced)).action, "unchanged");
  },

  "members are listed by label, in one namespace or in all": async (setup) => {
    const { cluster, namespaces } = setup;
    const refs = [at(setup, "b"), at(setup, "a"), at(setup, "a", CONFIG_MAP, 1)];
    for (const ref of refs) await cluster.apply(ref, child(ref, {}), free);
    const stranger = at(setup, "stranger");
    await setup.foreign(stranger, bare(stranger, {}));
    const labelSelector = `${Label.applySetPartOf}=${PART_OF},${Label.owned} in (true)`;
    for (const list of [cluster.list.bind(cluster), cluster.listLive.bind(cluster)]) {
      const names = async (namespace?: string) =>
        (await list({ kind: CONFIG_MAP, namespace, labelSelector }))
          .filter(({ metadata }) => namespaces.includes(metadata.namespace ?? ""))
          .map(({ metadata }) => `${namespaces.indexOf(metadata.namespace!)}/${metadata.name}`);
      assert.deepEqual((await names(namespaces[0])).sort(), ["0/a", "0/b"]);
      assert.deepEqual((await names()).sort(), ["0/a", "0/b", "1/a"]);
    }
  },

  "a selector that nothing fulfils lists nothing": async (setup) => {
    const ref = at(setup, "a");
    await setup.cluster.apply(ref, child(ref, {}), free);
    const labelSelector = `${Label.applySetPartOf}=${PART_OF},!${Label.owned}`;
    const query = { kind: CONFIG_MAP, namespace: setup.namespaces[0], labelSelector };
    assert.deepEqual(await setup.cluster.list(query), []);
    assert.deepEqual(await setup.cluster.listLive(query), []);
  },

  "a delete takes that very object only": async (setup) => {
    const { cluster } = setup;
    const ref = at(setup, "a");
    const { object } = await cluster.apply(ref, child(ref, {}), free);
    await assert.rejects(cluster.delete(ref, { uid: "another" }), refusal("Conflict"));
    assert.ok(await cluster.getLive(ref));
    await cluster.delete(ref, { uid: object.metadata.uid! });
    assert.equal(await cluster.getLive(ref), undefined);
    const cached = await cluster.get(ref);
    assert.ok(!cached || cached.metadata.deletionTimestamp, "gone, or shown as terminating");
  },

  "deleting what is gone is done": async (setup) => {
    await setup.cluster.delete(at(setup, "a"), { uid: "any" });
  },

  "a live list shows a delete at once": async (setup) => {
    const { cluster, namespaces } = setup;
    const ref = at(setup, "a");
    const { object } = await cluster.apply(ref, child(ref, {}), free);
    const labelSelector = `${Label.applySetPartOf}=${PART_OF}`;
    const query = { kind: CONFIG_MAP, namespace: namespaces[0], labelSelector };
    assert.equal((await cluster.listLive(query))[0]?.metadata.uid, object.metadata.uid);
    await cluster.delete(ref, { uid: object.metadata.uid! });
    assert.deepEqual(await cluster.listLive(query), []);
  },

  "a patch merges, null removes, and a stale resourceVersion is refused": async (setup) => {
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

  "a status write replaces the status alone, and a stale one is refused": async (setup) => {
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

  "a kind is served, or nothing could serve it": async ({ cluster }) => {
    const { plural, namespaced } = await cluster.serves(WIDGET) ?? {};
    assert.deepEqual({ plural, namespaced }, { plural: "widgets", namespaced: true });
    assert.equal((await cluster.serves(CONFIG_MAP))?.plural, "configmaps");
    assert.equal(await cluster.serves({ group: "none.example.com", kind: "None" }), undefined);
    assert.equal(await cluster.serves({ group: "", kind: "None" }), undefined);
    assert.equal((await cluster.serves(WIDGET, { fresh: true }))?.plural, "widgets");
  },
};
