/**
 * Tests with objects whose kro labels another client has edited. kro must still repair, prune and delete each
 * object as an object of its own instance, even if the labels name another instance.
 */
import assert from "node:assert/strict";
import { Annotation, INSTANCE_LABELS, type KubeObject, Label } from "../../../src/api/mod.ts";
import { configMap, mapNode, type World, world } from "./fixtures.ts";

const SOME = `
schema: {spec: {wanted: "boolean | default=true"}}
resources:${mapNode("a", "x")}${mapNode("b", "y", '\n    includeWhen: ["${schema.spec.wanted}"]')}`;

const IDENTITY = [...INSTANCE_LABELS, Label.applySetPartOf];
const LABELS = [...IDENTITY, Label.nodeId, Label.owned, Label.managedBy, Label.kroVersion];

type Labels = Record<string, string | undefined>;

function edit(w: World, name: string, change: Labels): void {
  w.cluster.edit(configMap(name), (draft) => {
    const labels: Labels = { ...draft.metadata.labels, ...change };
    draft.metadata.labels = Object.fromEntries(
      Object.entries(labels).filter(([, value]) => value !== undefined),
    ) as Record<string, string>;
  });
}

async function two(): Promise<World> {
  const w = await world(SOME);
  for (const name of ["one", "two"]) {
    w.create({}, name);
    await w.pass(name);
  }
  return w;
}

function identityOf({ metadata: { labels } }: KubeObject): Labels {
  return Object.fromEntries(IDENTITY.map((label) => [label, labels?.[label]]));
}

for (const label of LABELS) {
  for (const value of [undefined, "other"]) {
    const how = value === undefined ? "removed" : "edited";
    Deno.test(`${label} of an object ${how}: the label is repaired, together with drift`, async () => {
      const w = await two();
      const before = w.configMap("one-a")!.metadata.labels;
      edit(w, "one-a", { [label]: value });
      w.cluster.edit(configMap("one-a"), (d) => d.data = { value: "drift" });
      const outcome = await w.pass("one");
      assert.equal(outcome.state, "ACTIVE");
      assert.deepEqual(w.configMap("one-a")!.data, { value: "x" });
      assert.equal(w.configMap("one-a")!.metadata.labels![label] !== undefined, true);
      if (label !== Label.kroVersion) {
        assert.deepEqual(w.configMap("one-a")!.metadata.labels, before);
      }
    });

    Deno.test(`${label} of an object ${how}: the object is pruned and deleted`, async () => {
      const w = await two();
      edit(w, "one-b", { [label]: value });
      w.change({ wanted: false }, "one");
      await w.converge("one");
      assert.equal(w.configMap("one-b"), undefined, "pruned");
      edit(w, "one-a", { [label]: value });
      w.cluster.evict(w.ref("one"));
      const outcome = await w.converge("one");
      assert.equal(outcome.instance, undefined);
      assert.deepEqual(w.configMaps(), ["two-a", "two-b"]);
    });
  }
}

for (const shown of [[Label.applySetPartOf], IDENTITY]) {
  const what = shown.length === 1 ? "the label part-of" : "all labels";

  Deno.test(`an object with ${what} of another instance is not deleted by that instance`, async () => {
    const w = await two();
    const other = identityOf(w.configMap("two-a")!);
    const own = identityOf(w.configMap("one-a")!);
    edit(w, "one-a", Object.fromEntries(shown.map((label) => [label, other[label]])));
    await w.converge("two");
    assert.ok(w.configMap("one-a"), "not pruned");
    w.cluster.evict(w.ref("two"));
    assert.equal((await w.converge("two")).instance, undefined);
    assert.deepEqual(w.configMaps(), ["one-a", "one-b"]);
    assert.equal((await w.converge("one")).state, "ACTIVE");
    assert.deepEqual(identityOf(w.configMap("one-a")!), own);
  });

  Deno.test(`two instances repair objects whose ${what} were swapped`, async () => {
    const w = await two();
    const before = ["one-a", "two-a"].map((name) => identityOf(w.configMap(name)!));
    const swap = (at: number) =>
      Object.fromEntries(shown.map((label) => [label, before[at]![label]]));
    edit(w, "one-a", swap(1));
    edit(w, "two-a", swap(0));
    for (const name of ["one", "two"]) assert.equal((await w.converge(name)).state, "ACTIVE");
    assert.deepEqual(["one-a", "two-a"].map((name) => identityOf(w.configMap(name)!)), before);
  });
}

Deno.test("a deletion polls an object whose labels do not name the instance", async () => {
  const w = await two();
  edit(w, "one-b", { [Label.instanceName]: "other" });
  w.cluster.edit(configMap("one-b"), (d) => d.metadata.finalizers = ["example.com/hold"]);
  w.cluster.evict(w.ref("one"));
  const { next } = await w.pass("one");
  assert.equal(next.kind === "wait" && next.timed, true);
  w.cluster.edit(configMap("one-b"), (d) => delete d.metadata.finalizers);
  assert.equal((await w.converge("one")).instance, undefined);
});

Deno.test("pruning polls an object whose labels do not name the instance", async () => {
  const w = await two();
  edit(w, "one-b", { [Label.instanceName]: "other" });
  w.cluster.edit(configMap("one-b"), (d) => d.metadata.finalizers = ["example.com/hold"]);
  w.change({ wanted: false }, "one");
  const { next } = await w.pass("one");
  assert.equal(next.kind === "wait" && next.timed, true);
});

Deno.test("an object of an ApplySet that another tool applied is not taken", async () => {
  const w = await world(SOME);
  w.cluster.put(configMap("one-a").kind, {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: {
      name: "one-a",
      namespace: "default",
      labels: { [Label.applySetPartOf]: "applyset-of-kubectl" },
    },
  });
  w.create({}, "one");
  const outcome = await w.pass("one");
  assert.match(outcome.nodes[0]!.reason!, /belongs to ApplySet "applyset-of-kubectl"/);
});

Deno.test("without a cache, the last list of a deletion finds an object whose label part-of was edited", async () => {
  const w = await two();
  edit(w, "one-a", { [Label.applySetPartOf]: "other" });
  w.cluster.evict(w.ref("one"));
  const list = w.cluster.listMembers.bind(w.cluster);
  w.cluster.listMembers = (scope, applySet) => list(scope, applySet);
  assert.equal((await w.converge("one")).instance, undefined);
  assert.deepEqual(w.configMaps(), ["two-a", "two-b"]);
});

const KEYS: Record<"labels" | "annotations", readonly string[]> = {
  labels: [Label.owned, Label.rgdName, Label.rgdId, Label.applySetId, Label.kroVersion],
  annotations: [Annotation.tooling, Annotation.inventoryHash],
};

for (const [field, keys] of Object.entries(KEYS) as [keyof typeof KEYS, string[]][]) {
  for (const key of keys) {
    for (const value of [undefined, "other"]) {
      const how = value === undefined ? "removed" : "edited";
      const isBlocked = field === "annotations" && value !== undefined;
      const change = (w: World) =>
        w.cluster.edit(w.ref("one"), (draft) => {
          const { [key]: _, ...kept } = draft.metadata[field] ?? {};
          draft.metadata[field] = value === undefined ? kept : { ...kept, [key]: value };
        });

      Deno.test(`${key} of an instance ${how}: the next pass restores the value`, async () => {
        const w = await two();
        const before = w.instance("one").metadata[field]![key];
        change(w);
        await w.pass("one");
        if (key !== Label.kroVersion) assert.equal(w.instance("one").metadata[field]![key], before);
        assert.equal((await w.pass("one")).state, "ACTIVE");
      });

      Deno.test(`${key} of an instance ${how}: its deletion ${isBlocked ? "stops, and loses no object" : "completes"}`, async () => {
        const w = await two();
        w.cluster.evict(w.ref("one"));
        change(w);
        const { instance } = await w.pass("one");
        if (isBlocked) {
          assert.ok(w.configMap("one-a") && w.configMap("one-b"));
          assert.ok(instance);
        } else {
          assert.equal(instance, undefined);
          assert.deepEqual(w.configMaps(), ["two-a", "two-b"]);
        }
      });
    }
  }
}

Deno.test("two instances restore labels and annotations that were swapped, also while one is deleted", async () => {
  const w = await two();
  const metadata = (name: string) => {
    const { labels, annotations } = w.instance(name).metadata;
    return { labels, annotations };
  };
  const before = { one: metadata("one"), two: metadata("two") };
  const swap = (name: string, to: "one" | "two") =>
    w.cluster.edit(w.ref(name), (draft) => Object.assign(draft.metadata, before[to]));
  swap("one", "two");
  swap("two", "one");
  for (const name of ["one", "two"] as const) {
    assert.equal((await w.converge(name)).state, "ACTIVE");
    assert.deepEqual(metadata(name), before[name]);
  }
  w.cluster.evict(w.ref("one"));
  swap("one", "two");
  const { instance } = await w.pass("one");
  assert.ok(instance, "the inventory of another instance blocks the deletion");
  assert.deepEqual(w.configMaps(), ["one-a", "one-b", "two-a", "two-b"]);
});
