// Tests that the caches keep only some fields of an object: the fields that kro itself needs, and the fields
// that an expression reads.
import assert from "node:assert/strict";
import v8 from "node:v8";
import { runInNewContext } from "node:vm";
import fc from "fast-check";
import {
  type JsonObject,
  type KindRef,
  type KubeObject,
  Label,
  type ResourceGraphDefinition,
} from "../../../../src/api/mod.ts";
import type { Reads } from "../../../../src/cel/mod.ts";
import { ExternalStore } from "../../../../src/clusters/cache/external_store.ts";
import { GraphReads, type NodeReads } from "../../../../src/clusters/cache/graph_reads.ts";
import { Owners } from "../../../../src/clusters/cache/owners.ts";
import { ChildStore } from "../../../../src/clusters/cache/store.ts";
import { compile, type Graph, kindsOf, type Node } from "../../../../src/graph/mod.ts";
import { resolveKinds, snapshotSource } from "../../../../src/openapi/mod.ts";
import { evaluate, raw, Scope } from "../../../../src/reconcile/scope.ts";
import { graphRequest } from "../../../conformance/random_graph.ts";

const DEMO = { group: "example.com", kind: "Demo" };
const CONFIG_MAP: KindRef = {
  group: "",
  version: "v1",
  kind: "ConfigMap",
  plural: "configmaps",
  namespaced: true,
};
const at = { namespace: "ns", name: "a" };
const BIG = "x".repeat(1_000_000);

/** Returns the set of fields with the given dotted paths. Each field is read as a whole. */
function reads(...paths: string[]): Reads {
  const all: Map<string, Reads> = new Map();
  for (const path of paths) {
    let level = all as Map<string, Reads>;
    const names = path.split(".");
    for (const name of names.slice(0, -1)) {
      const below = level.get(name) ?? new Map<string, Reads>();
      level.set(name, below);
      level = below as Map<string, Reads>;
    }
    level.set(names.at(-1)!, "whole");
  }
  return all;
}

function storeOf(nodes: NodeReads, kind = CONFIG_MAP): { store: ChildStore; all: GraphReads } {
  const all = new GraphReads();
  all.add(DEMO, nodes);
  return { store: new ChildStore(kind, { reads: all, owners: new Owners() }), all };
}

/** Returns a child object of the instance, as the API server returns it. */
function child(fields: JsonObject, revision = 1, metadata: JsonObject = {}): KubeObject {
  const data = (fields.data ?? {}) as JsonObject;
  const owned = Object.fromEntries(Object.keys(data).map((key) => [`f:${key}`, {}]));
  return {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: {
      ...at,
      uid: "u1",
      resourceVersion: String(revision),
      creationTimestamp: "2026-01-01T00:00:00Z",
      labels: {
        app: "demo",
        [Label.owned]: "true",
        [Label.instanceGroup]: DEMO.group,
        [Label.instanceVersion]: "v1",
        [Label.instanceKind]: DEMO.kind,
        [Label.instanceNamespace]: "ns",
        [Label.instanceName]: "demo",
        [Label.instanceId]: "uid-of-demo",
        [Label.applySetPartOf]: "set-of-demo",
        [Label.nodeId]: "node",
      },
      annotations: { "internal.kro.run/apply-order": "2", note: "n" },
      managedFields: [{
        manager: "kro.run/applyset",
        operation: "Apply",
        apiVersion: "v1",
        time: "2026-01-01T00:00:00Z",
        fieldsV1: { "f:data": owned },
      }],
      ...metadata,
    },
    ...fields,
  } as KubeObject;
}

function desired(data: Record<string, string>): KubeObject {
  return { apiVersion: "v1", kind: "ConfigMap", metadata: at, data };
}

/**
 * The `fieldsV1` of kro's managedFields entry, as the cache returns it for {@link child}. Of the labels, the
 * entry keeps only those that identify the instance and that kro owns. kro owns no label of this object.
 */
const WITHOUT_LABELS = { "f:metadata": { "f:labels": {} } };

Deno.test("a child that no expression reads keeps only the fields that kro needs", () => {
  const { store } = storeOf(new Map([["node", reads()]]));
  store.observe(child({ data: { big: BIG, small: "s" } }));
  const { metadata, ...rest } = store.objects.get(at)!;
  assert.deepEqual(rest, { apiVersion: "v1", kind: "ConfigMap" });
  const { labels = {}, ...others } = metadata;
  assert.deepEqual(others, {
    ...at,
    uid: "u1",
    resourceVersion: "1",
    annotations: { "internal.kro.run/apply-order": "2" },
    managedFields: [{ manager: "kro.run/applyset", operation: "Apply", fieldsV1: WITHOUT_LABELS }],
  });
  assert.equal(labels[Label.nodeId], "node");
  assert.equal(labels[Label.applySetPartOf], "set-of-demo");
  assert.equal(labels.app, undefined);
});

Deno.test("large objects are not retained in memory after garbage collection", () => {
  v8.setFlagsFromString("--expose-gc");
  const gc = runInNewContext("gc") as () => void;
  const heap = () => {
    gc();
    return Deno.memoryUsage().heapUsed;
  };
  const { store } = storeOf(new Map([["node", reads("data.small")]]));
  const before = heap();
  for (let i = 0; i < 40; i++) {
    // Each object is parsed from its own string, as if it came from the network. Without this, all objects
    // would share one string in memory.
    const text = JSON.stringify(child({ data: { big: `${i}${BIG}`, small: "s" } }));
    const object = JSON.parse(text) as KubeObject;
    object.metadata.name = `a${i}`;
    store.observe(object);
  }
  const held = heap() - before;
  assert.equal(store.objects.size, 40);
  assert.ok(held < 5_000_000, `40 objects of 1 MB hold ${held} bytes`);
});

Deno.test("a child keeps the fields that expressions of its node read", () => {
  const { store } = storeOf(
    new Map([["node", reads("data.small", "metadata.labels.app", "metadata.annotations.note")]]),
  );
  store.observe(child({ data: { big: BIG, small: "s" }, type: "Opaque" }));
  const object = store.objects.get(at)!;
  assert.deepEqual(object.data, { small: "s" });
  assert.equal(object.type, undefined);
  assert.equal(object.metadata.labels?.app, "demo");
  assert.equal(object.metadata.annotations?.note, "n");
  assert.equal(object.metadata.annotations?.["internal.kro.run/apply-order"], "2");
});

Deno.test("the response of an apply is trimmed to the same fields as an event", async () => {
  const { store } = storeOf(new Map([["node", reads("data.small")]]));
  const response = child({ data: { big: BIG, small: "s" } });
  const send = () => Promise.resolve(response);
  await store.apply(at, desired({ big: BIG, small: "s" }), undefined, send);
  const fromResponse = store.objects.get(at);
  store.observe(child({ data: { big: BIG, small: "s" } }, 2));
  const fromEvent = store.objects.get(at)!;
  assert.deepEqual(fromResponse?.data, { small: "s" });
  const { resourceVersion: _, ...metadata } = fromEvent.metadata;
  assert.deepEqual({ ...fromEvent, metadata: { ...metadata, resourceVersion: "1" } }, fromResponse);
});

Deno.test("an object that is read whole is stored the same from a list, an event and a response", async () => {
  const { store } = storeOf(new Map([["node", "whole"]]));
  const { apiVersion, kind, ...rest } = child({ data: { k: "1" } });
  store.observe({ ...rest, apiVersion, kind } as KubeObject);
  const listed = JSON.stringify(store.objects.get(at));
  const response = child({ data: { k: "1" } });
  await store.apply(at, desired({ k: "1" }), undefined, () => Promise.resolve(response));
  assert.equal(JSON.stringify(store.objects.get(at)), listed);
  assert.deepEqual(store.objects.get(at)?.metadata, rest.metadata);
});

Deno.test("drift of fields that no expression reads is detected", () => {
  const { store } = storeOf(new Map([["node", reads()]]));
  store.observe(child({ data: { big: BIG, small: "s" } }));
  assert.ok(store.isUpToDate(at, desired({ big: BIG, small: "s" })));
  assert.ok(store.observe(child({ data: { big: `${BIG}y`, small: "s" } }, 2)));
  assert.ok(!store.isUpToDate(at, desired({ big: BIG, small: "s" })));
});

Deno.test("a graph that reads more fields lacks them until its children are refreshed; older states are ignored", () => {
  const before = new Map([["node", reads("data.a")]]);
  const after = new Map([["node", reads("data.b")]]);
  const { store, all } = storeOf(before);
  const object = child({ data: { a: "1", b: "2", c: "3" } }, 5);
  store.observe(object);
  all.add(DEMO, after);
  assert.ok(store.objects.lacksReads(DEMO));
  assert.ok(!store.objects.lacksReads({ ...DEMO, kind: "Other" }));
  store.refresh(child({ data: { a: "0", b: "0" } }, 4));
  store.refresh(child({ data: { b: "0" } }, 9, { uid: "u2" }));
  store.refresh(child({ data: { b: "0" } }, 9, { name: "unknown" }));
  assert.deepEqual(store.objects.get(at)?.data, { a: "1" });
  assert.equal(store.objects.size, 1);
  store.refresh(object);
  assert.deepEqual(store.objects.get(at)?.data, { a: "1", b: "2" }, "both graphs may be at work");
  assert.ok(!store.objects.lacksReads(DEMO));
  all.removeBefore(DEMO, after);
  store.objects.trim(DEMO);
  assert.deepEqual(store.objects.get(at)?.data, { b: "2" });
  all.removeBefore(DEMO);
  store.objects.trim(DEMO);
  assert.equal(store.objects.get(at)?.data, undefined);
});

Deno.test("a graph lacks no fields if it reads no more than before, or if its new node has no children", () => {
  const { store, all } = storeOf(new Map([["node", reads("data.a", "data.b")]]));
  store.observe(child({ data: { a: "1" } }));
  all.add(DEMO, new Map([["node", reads("data.b")], ["new", reads("data.z")]]));
  assert.ok(!store.objects.lacksReads(DEMO));
});

Deno.test("a child whose labels were removed keeps the fields that its node reads", () => {
  const { store } = storeOf(new Map([["node", reads("data.a")]]));
  store.observe(child({ data: { a: "1", b: "2" } }));
  store.stripped(child({ data: { a: "3", b: "2" } }, 2, { labels: {} }));
  assert.deepEqual(store.objects.get(at)?.data, { a: "3" });
});

Deno.test("graph reads: dropping or settling a graph leaves the reads of other graphs", () => {
  const all = new GraphReads();
  const nodes = (path: string): NodeReads => new Map([["node", reads(path)]]);
  const [one, two, three] = [nodes("data.a"), nodes("data.b"), nodes("data.c")];
  const names =
    () => [...(all.of(DEMO, "node") as Map<string, Map<string, Reads>>).get("data")!.keys()];
  all.add(DEMO, one);
  all.add(DEMO, two);
  all.remove(DEMO, two);
  assert.deepEqual(names(), ["a"]);
  all.add(DEMO, two);
  all.add(DEMO, three);
  all.removeBefore(DEMO, two);
  assert.deepEqual(names(), ["b", "c"]);
  assert.equal(all.of({ ...DEMO, group: "other" }, "node"), undefined);
});

Deno.test("external objects keep the fields that are read, and are read again when more fields are needed", () => {
  const store = new ExternalStore(reads("data.a"));
  const object = child({ data: { a: "1", b: BIG } });
  store.observe(object);
  assert.deepEqual(store.read(object).data, { a: "1" });
  assert.deepEqual(store.get(at)?.object?.data, { a: "1" });
  store.reads = reads("data.a", "data.b");
  assert.equal(store.get(at)?.object, undefined);
  store.read(object);
  store.reads = reads("data.a");
  assert.deepEqual(store.get(at)?.object?.data, { a: "1" });
});

const word = fc.constantFrom("x", "y", "yes", "p,q", "");
const labels = fc.dictionary(fc.constantFrom("a", "k", "app"), word, { maxKeys: 2 });
const liveConfigMap = fc.record({
  data: fc.option(fc.dictionary(fc.constantFrom("k", "nope", "other"), word), { nil: undefined }),
  labels,
});
const liveDeployment = fc.record({
  spec: fc.record({
    replicas: fc.nat(5),
    template: fc.record({
      metadata: fc.record({ labels }),
      spec: fc.record({
        containers: fc.array(fc.record({ name: word, image: word }), { maxLength: 2 }),
      }),
    }),
  }),
  status: fc.record({ readyReplicas: fc.nat(5) }, { requiredKeys: [] }),
  labels,
});

const source = snapshotSource();

/**
 * Returns two copies of a node's object: one with all fields, and one with only the fields that the
 * cache keeps.
 */
function wholeAndKept(
  graph: Graph,
  node: Node,
  live: JsonObject,
): { whole: KubeObject; kept: KubeObject } {
  const { labels, ...fields } = live;
  const whole = child(fields) as KubeObject;
  whole.apiVersion = node.kind.group
    ? `${node.kind.group}/${node.kind.version}`
    : node.kind.version;
  whole.kind = node.kind.kind;
  Object.assign(whole.metadata.labels!, labels, { [Label.nodeId]: node.id });
  const { store } = storeOf(graph.reads, node.kind);
  store.observe(whole);
  return { whole, kept: store.objects.get(at)! };
}

Deno.test("expressions of random graphs evaluate the same on an object and on its kept fields", async () => {
  const kinds = new Map<string, Awaited<ReturnType<typeof resolveKinds>>>();
  const samples = fc.sample(
    fc.tuple(graphRequest, fc.array(liveConfigMap, { minLength: 3 }), liveDeployment),
    500,
  );
  let compared = 0;
  for (const [request, configMaps, deployment] of samples) {
    const rgd = (request as { rgd: unknown }).rgd as ResourceGraphDefinition;
    const key = JSON.stringify(kindsOf(rgd));
    const table = kinds.get(key) ?? await resolveKinds(source, kindsOf(rgd));
    kinds.set(key, table);
    const result = compile(rgd, table);
    if (!result.ok) continue;
    const { graph } = result;
    const instance = {
      apiVersion: "kro.run/v1alpha1",
      kind: "Demo",
      metadata: { name: "demo", namespace: "ns" },
      spec: { name: "x", names: ["p"], count: 2, labels: { k: "v" } },
    };
    const [whole, kept] = [new Scope(graph, instance), new Scope(graph, instance)];
    const ready: { node: Node; whole: KubeObject; kept: KubeObject }[] = [];
    for (const [index, node] of [...graph.nodes.values()].entries()) {
      const lives = node.kind.kind === "ConfigMap" ? configMaps : [deployment];
      const live = lives[index % lives.length] as unknown as JsonObject;
      const both = wholeAndKept(graph, node, live);
      whole.observe(node.id, [both.whole]);
      kept.observe(node.id, [both.kept]);
      ready.push({ node, ...both });
    }
    const expressions = [
      ...graph.status.fields.map((field) => field.expression),
      ...[...graph.nodes.values()].flatMap((node) => [
        ...node.fields.map((field) => field.expression),
        ...node.includeWhen,
        ...node.forEach.map((dimension) => dimension.list),
      ]),
    ];
    for (const expression of expressions) {
      const more = { x: "item" };
      assert.deepEqual(
        kept.evaluate(expression, more),
        whole.evaluate(expression, more),
        `${expression.source} in ${JSON.stringify(rgd)}`,
      );
      compared++;
    }
    for (const { node, ...both } of ready) {
      const name = node.type === "collection" ? "each" : node.id;
      for (const expression of node.readyWhen) {
        const [a, b] = [both.kept, both.whole].map((object) =>
          evaluate(expression, { [name]: raw(object) }, whole.budget)
        );
        assert.deepEqual(a, b, expression.source);
        compared++;
      }
    }
  }
  assert.ok(compared > 300, `only ${compared} evaluations were compared`);
});
