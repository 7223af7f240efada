// Tests of changes to an RGD: how a change reaches the CRD and the instances, and what stays the same if kro
// rejects the change.
import assert from "node:assert/strict";
import type { JsonObject } from "../../../src/api/mod.ts";
import {
  active,
  condition,
  configMap,
  type GraphSpec,
  kroTest,
  type Live,
  NAME,
  refused,
  revisionNumbers,
  type Scenario,
  specSchema,
  type TestGraph,
  verdicts,
} from "../../support/cluster/mod.ts";

/**
 * Returns an RGD with one ConfigMap. The ConfigMap's value shows which version of the RGD has
 * created it.
 */
function graphOf(kind: string, value: string, spec: JsonObject, schema: JsonObject = {}) {
  const resources = [configMap("config", NAME, { value })];
  return { kind, spec, schema, resources } satisfies GraphSpec;
}

/**
 * Waits until the ConfigMap contains `value`, which shows that this version of the RGD has created or updated
 * it.
 */
function madeBy(s: Scenario, name: string, value: string): Promise<Live> {
  return s.cluster.until({ kind: "ConfigMap", name }, (o) => o.data.value === value);
}

kroTest("a rejected change of the CRD keeps instances on the previous graph", async (s) => {
  const graph = await s.graph(graphOf("Refused", "one", { size: "string | default=s" }));
  await graph.create("before");
  await madeBy(s, "before", "one");
  await graph.put(graphOf("Refused", "two", { size: "integer | default=1" }));
  const rgd = await refused(
    s,
    graph,
    "KindReady",
    /Type changed from string to integer \(spec\.size\)/,
  );
  assert.match(condition(rgd, "KindReady").message, /kro\.run\/allow-breaking-changes/);
  assert.equal(rgd.status.lastIssuedRevision, 2);
  const edited = await s.cluster.patch(graph.instance("before"), { spec: { size: "m" } });
  await graph.create("after");
  await graph.active("before", (o) => o.metadata.generation === edited.metadata.generation);
  await madeBy(s, "before", "one");
  await madeBy(s, "after", "one");

  await s.restart();
  await graph.create("restarted");
  await madeBy(s, "restarted", "one");
  assert.equal((await s.cluster.get(graph.rgd)).status.state, "Inactive");

  // Undoes the rejected change, after which the RGD must be Active again.
  await graph.put(graphOf("Refused", "three", { size: "string | default=s" }));
  await active(s, graph);
  for (const name of ["before", "after", "restarted"]) await madeBy(s, name, "three");
});

kroTest("a rejection lists each change by its path", async (s) => {
  const old = { name: "string", ports: "[]integer", labels: "map[string]string", gone: "string" };
  const graph = await s.graph(graphOf("Listed", "one", old));
  const wanted = {
    name: "string | required=true",
    ports: "[]string",
    labels: "map[string]integer",
    level: 'string | required=true enum="a,b"',
  };
  await graph.put(graphOf("Listed", "two", wanted));
  const { message } = condition(await refused(s, graph, "KindReady"), "KindReady");
  for (
    const change of [
      "Property gone was removed (spec.gone)",
      "Field name is newly required (spec.name)",
      "Type changed from integer to string (spec.ports[])",
      "Type changed from string to integer (spec.labels[*])",
      "Required property level was added (spec.level)",
    ]
  ) {
    assert.ok(message.includes(change), `${change} in ${message}`);
  }
  assert.deepEqual(message.match(/Property|Field|Type|Required/g).length, 5);
});

/**
 * Changes of an RGD that upstream does not detect. Each entry contains the schema before and after
 * the change, and the CRD's expected fields.
 */
const unseen: [string, JsonObject, JsonObject, (crd: Live) => unknown, unknown][] = [
  [
    "labels and annotations",
    { metadata: { labels: { team: "a", old: "x" }, annotations: { note: "1" } } },
    { metadata: { labels: { team: "b" }, annotations: { note: "2", more: "3" } } },
    ({ metadata: { labels, annotations } }) => [labels.team, labels.old, annotations],
    ["b", undefined, { note: "2", more: "3" }],
  ],
  [
    "printer columns",
    {},
    { additionalPrinterColumns: [{ name: "F", type: "string", jsonPath: ".spec.f" }] },
    ({ spec }) => spec.versions[0].additionalPrinterColumns,
    [{ name: "F", type: "string", jsonPath: ".spec.f" }],
  ],
  [
    "a removed enum",
    { spec: { f: 'string | enum="a,b"' } },
    { spec: { f: "string" } },
    (crd) => specSchema(crd).properties.f,
    { type: "string" },
  ],
  [
    "an added enum",
    { spec: { f: "string" } },
    { spec: { f: 'string | enum="a,b"' } },
    (crd) => specSchema(crd).properties.f.enum,
    ["a", "b"],
  ],
  [
    "the values of a map",
    { spec: { f: "map[string]string" } },
    { spec: { f: "map[string]integer" } },
    (crd) => specSchema(crd).properties.f.additionalProperties,
    { type: "integer" },
  ],
  [
    "a validation rule",
    { spec: { f: 'integer | validation="self > 0"' } },
    { spec: { f: 'integer | validation="self > 1"' } },
    (crd) => specSchema(crd).properties.f["x-kubernetes-validations"].map((v: Live) => v.rule),
    ["self > 1"],
  ],
];

for (const [index, [what, from, to, look, expected]] of unseen.entries()) {
  kroTest(`a change of the graph reaches its CRD: ${what}`, async (s) => {
    const specOf = ({ spec = { f: "string" }, ...schema }: JsonObject) =>
      graphOf(`Unseen${index}`, "x", spec as JsonObject, schema);
    const graph = await s.graph(specOf(from));
    const annotations = { "kro.run/allow-breaking-changes": "true" };
    await s.cluster.patch(graph.rgd, { metadata: { annotations } });
    await graph.change(specOf(to));
    assert.deepEqual(look(await s.cluster.get(graph.crd)), expected);
  });
}

kroTest(
  "other managers' fields on a generated CRD stay, and the graph's own fields are restored",
  async (s) => {
    const metadata = { labels: { team: "a" }, annotations: { note: "1" } };
    const graph = await s.graph(graphOf("Shared", "one", { f: "string" }, { metadata }));
    const at = graph.crd;
    await s.cluster.patch(at, {
      metadata: { labels: { team: "b", theirs: "c" }, annotations: { note: null } },
    });
    const { labels } = (await s.cluster.until(
      at,
      ({ metadata }) => metadata.labels.team === "a" && metadata.annotations?.note === "1",
    )).metadata;
    assert.equal(labels.theirs, "c");
    await s.cluster.patch(at, { metadata: { labels: { "kro.run/owned": null } } });
    await refused(s, graph, "KindReady", /not owned by KRO/);
    await s.cluster.patch(at, { metadata: { labels: { "kro.run/owned": "true" } } });
    await active(s, graph);
  },
);

/**
 * Applies an RGD that uses `omit()`, and an instance. Without the feature gate of `omit()`, the
 * RGD's newest revision no longer compiles.
 */
async function withInvalidRevision(s: Scenario, kind: string): Promise<TestGraph> {
  const graph = await s.graph({
    kind,
    spec: { more: "boolean | default=false" },
    resources: [configMap("config", NAME, {
      value: "${schema.spec.more ? 'one' : omit()}",
    })],
  });
  await graph.create("app", { more: true });
  await madeBy(s, "app", "one");
  return graph;
}

kroTest(
  "the conditions of an RGD and its instances report a newest revision that cannot be compiled",
  async (s) => {
    const graph = await withInvalidRevision(s, "Frozen");
    // Restarts the controller without the feature gate of `omit()`. The RGD's revision uses
    // `omit()`, so it has become invalid.
    await s.restartWith({ compile: { omit: false } });
    const rgd = await refused(s, graph, "ControllerReady", /omit/);
    assert.deepEqual(verdicts(rgd), {
      GraphRevisionsResolved: "False/Failed",
      GraphAccepted: "False/InvalidResourceGraph",
      KindReady: "True/Ready",
      ControllerReady: "False/FailedToStart",
    });
    const app = await s.cluster.until(graph.instance("app"), (o) => o.status.state === "ERROR");
    const { status, message } = condition(app, "GraphResolved");
    assert.equal(status, "False");
    assert.match(message, /omit/);
    await s.cluster.get({ kind: "ConfigMap", name: "app" });
    const revision = { kind: "GraphRevision.internal.kro.run", name: `${graph.rgd.name}-r00001` };
    assert.equal(condition(await s.cluster.get(revision), "GraphVerified").status, "False");

    // Creates the instance `other` and deletes the instance `app` while the RGD is invalid. kro must delete
    // the objects of `app`. After the RGD is valid again, kro must create the objects of `other`.
    await graph.create("other");
    await s.cluster.until(graph.instance("other"), (o) => o.status?.state === "ERROR");
    await s.cluster.remove(graph.instance("app"));
    assert.equal(await s.cluster.find({ kind: "ConfigMap", name: "app" }), undefined);
    await s.restart();
    await active(s, graph);
    await graph.active("other");
    assert.deepEqual(await revisionNumbers(s, graph), [1]);
  },
);

kroTest("when the newest revision cannot be compiled, no older one serves", async (s) => {
  const graph = await s.graph(graphOf("Stepped", "old", { f: "string" }));
  await graph.create("app");
  await madeBy(s, "app", "old");
  await graph.change({
    ...graphOf("Stepped", "", { f: "string" }),
    resources: [configMap("config", NAME, { value: "new", omitted: "${omit()}" })],
  });
  await madeBy(s, "app", "new");
  await s.restartWith({ compile: { omit: false } });
  const rgd = await refused(s, graph, "GraphAccepted", /omit/);
  assert.deepEqual(verdicts(rgd).ControllerReady, "False/FailedToStart");
  const why = condition(rgd, "GraphAccepted").message;
  const failed = `latest graph revision 2 failed compilation: ${why}`;
  assert.equal(condition(rgd, "GraphRevisionsResolved").message, failed);
  const app = await s.cluster.until(graph.instance("app"), (o) => o.status.state === "ERROR");
  assert.match(condition(app, "GraphResolved").message, /omit/);
  await s.idle();
  await madeBy(s, "app", "new");
  await s.restart();
  await graph.active("app");
});

kroTest("a suspended RGD writes nothing of its graph", async (s) => {
  const graph = await s.graph(graphOf("Paused", "one", { f: "string | default=a" }));
  await graph.create("app");
  await graph.active("app");
  const annotate = (value: string | null) =>
    s.cluster.patch(graph.rgd, { metadata: { annotations: { "kro.run/reconcile": value } } });
  await annotate("suspended");
  const rgd = await s.cluster.until(graph.rgd, (o) => o.status.state === "Inactive");
  assert.equal(verdicts(rgd).ControllerReady, "False/ReconciliationSuspended");
  const app = await s.cluster.until(
    graph.instance("app"),
    (o) => condition(o, "Ready").reason === "ReconciliationSuspended",
  );
  assert.equal(app.status.state, "ACTIVE");

  const crd = await s.cluster.get(graph.crd);
  const config = { kind: "ConfigMap", name: "app" };
  await s.cluster.patch(config, { data: { value: "theirs" } });
  await s.cluster.patch(graph.crd, { spec: { names: { shortNames: ["psd"] } } });
  await graph.put(graphOf("Paused", "two", { f: "string | default=b" }));
  await s.restart();
  await graph.create("late");
  await s.cluster.until(
    graph.instance("late"),
    (o) => o.status && condition(o, "Ready").reason === "ReconciliationSuspended",
  );
  await s.idle();
  assert.equal((await s.cluster.get(config)).data.value, "theirs");
  assert.equal(await s.cluster.find({ kind: "ConfigMap", name: "late" }), undefined);
  assert.deepEqual((await s.cluster.get(graph.crd)).spec.names.shortNames, ["psd"]);
  assert.deepEqual(
    specSchema(await s.cluster.get(graph.crd)),
    specSchema(crd),
  );
  assert.deepEqual(await revisionNumbers(s, graph), [1]);

  await annotate(null);
  await active(s, graph);
  await madeBy(s, "app", "two");
  await madeBy(s, "late", "two");
  assert.deepEqual((await s.cluster.get(graph.crd)).spec.names.shortNames, undefined);
});

kroTest("a suspended RGD and its instances can be deleted", async (s) => {
  const graph = await s.graph(graphOf("PausedGone", "one", { f: "string | default=a" }));
  for (const name of ["one", "two"]) {
    await graph.create(name);
    await graph.active(name);
  }
  await s.cluster.patch(graph.rgd, {
    metadata: { annotations: { "kro.run/reconcile": "disabled" } },
  });
  await s.cluster.until(graph.rgd, (o) => o.status.state === "Inactive");
  await s.cluster.remove(graph.instance("one"));
  assert.equal(await s.cluster.find({ kind: "ConfigMap", name: "one" }), undefined);
  await s.cluster.remove(graph.rgd);
  assert.equal(await s.cluster.find({ kind: "ConfigMap", name: "two" }), undefined);
  await s.cluster.untilGone(graph.crd);
});

kroTest("a change of the graph is rolled out to the instances one after the other", async (s) => {
  const graphBy = (value: string): GraphSpec => ({
    kind: "Rollout",
    resources: [
      configMap("first", "${schema.metadata.name}-first", { value }),
      configMap("second", "${schema.metadata.name}-second", { value: "${first.data.value}" }),
    ],
  });
  const graph = await s.graph(graphBy("one"));
  const names = Array.from({ length: 20 }, (_, i) => `app-${i}`);
  for (const name of names) await graph.create(name);
  for (const name of names) await graph.active(name);
  await graph.put(graphBy("two"));
  const writes = await Promise.all(names.map(async (name) => {
    const made = ["first", "second"].map((each) => madeBy(s, `${name}-${each}`, "two"));
    return (await Promise.all(made)).map((o) => Number(o.metadata.resourceVersion));
  }));
  const inOrder = writes.toSorted(([a], [b]) => a! - b!);
  const begunEarly = inOrder.filter(([first], i) => i > 0 && first! < inOrder[i - 1]![1]!);
  // `begunEarly` contains the updates of instances that began before the previous update of another instance
  // had ended. A few such updates are permitted, because kro does not wait for an update that takes over a
  // second on a busy machine. If kro never waited, nearly all updates would begin early.
  assert.ok(begunEarly.length < 10, `${begunEarly.length} of 20 began before another had ended`);
});
