/**
 * Compares kro with upstream's controller on graphs of the conformance corpus: upstream's controller
 * reconciles an instance of each graph, and `kro controller --observe` reports what kro would write to the
 * objects of the instance. CI compares a few graphs; `deno task observe` compares all.
 */
import assert from "node:assert/strict";
import {
  type CorpusGraph,
  corpusGraphs,
  INSTANCE_SPEC,
  KINDS,
} from "../../support/cluster/corpus_graphs.ts";
import {
  condition,
  kroTest,
  type Live,
  type Scenario,
  steady,
  type TestGraph,
} from "../../support/cluster/mod.ts";
import { isSyncedField, type Observing, observing } from "../../support/cluster/observing.ts";
import { needsGo, runUpstream } from "../../support/cluster/upstream_controller.ts";

const COUNT = Number(Deno.env.get("KRO_OBSERVE_GRAPHS") ?? 6);

/** The number of graphs in one test. Upstream compiles one RGD after the other. */
const BATCH = 25;

/** The time limit for upstream's controller to process the {@link BATCH} graphs of one test, in seconds. */
const LIMIT_SECONDS = 900;

/**
 * The time limit for upstream to write a status with fields, in seconds. If the expression of a field fails,
 * upstream never writes the status.
 */
const STATUS_SECONDS = 60;

/**
 * A graph of the conformance corpus, with one instance in this namespace. Upstream's controller has
 * reconciled both.
 */
interface Applied {
  readonly name: string;
  readonly graph: TestGraph;
  readonly namespace: string;
  /** Whether the RGD defines status fields besides conditions. */
  readonly hasStatusFields: boolean;
}

/**
 * Applies a graph, and an instance in a new namespace. Waits until upstream's controller has written the
 * statuses of both.
 */
async function apply(s: Scenario, { name, spec }: CorpusGraph, index: number): Promise<Applied> {
  const namespace = `${s.namespace}-${index}`;
  await s.cluster.createNamespace(namespace);
  const graph = await s.apply(spec, `pair${index}-${s.namespace.slice(-8)}`);
  const isDecided = (rgd: Live) =>
    rgd.status?.state === "Active" || condition(rgd, "GraphAccepted")?.status === "False";
  const rgd = await s.cluster.until(graph.rgd, isDecided, LIMIT_SECONDS);
  assert.equal(rgd.status.state, "Active", `upstream rejects ${name}`);
  await graph.create("one", INSTANCE_SPEC, { namespace });
  const hasStatusFields = Object.keys(spec.status ?? {}).some((field) => field !== "conditions");
  const hasState = ({ status }: Live) => status?.state;
  const written = s.cluster.until(
    graph.instance("one", namespace),
    hasState,
    hasStatusFields ? STATUS_SECONDS : LIMIT_SECONDS,
  );
  await written.catch((error) => {
    if (!hasStatusFields) throw error;
  });
  return { name, graph, namespace, hasStatusFields };
}

/** Waits until upstream's controller has not written any child object for three seconds. */
async function settled(s: Scenario): Promise<void> {
  await steady("upstream's child objects", async () => {
    const lists = await Promise.all(
      KINDS.map((kind) => s.cluster.list(kind, "kro.run/owned=true", true)),
    );
    return lists.flat().map(({ metadata }) => metadata.resourceVersion).sort().join();
  }, 3000);
}

/** What is known about an instance to tell which differences docs/differences.md lists. */
interface Known {
  /** The state that upstream has written; absent if upstream has written no status. */
  readonly state?: string;
  /** Whether an expression of the status may fail, or kro refuses the labels of an object. */
  readonly mayFail: boolean;
  /** Whether kro would change the schema of the status in the CRD. */
  readonly hasOtherSchema: boolean;
  /** Whether kro would create an object that upstream has not created. */
  readonly creates: boolean;
}

/**
 * Whether docs/differences.md lists a difference between what upstream has written and what kro would write.
 * If the state that upstream has written is not ACTIVE, messages may differ, and kro also writes the inventory
 * of the objects that do not exist yet. If it is ERROR, kro may create objects that do not depend on the failed
 * node, and objects that the API server refuses. The instance then has the state that it has with these
 * objects. In any state, kro removes conditions without a type.
 */
function isListed(
  { state, mayFail, hasOtherSchema, creates }: Known,
  { action, path, new: next }: { action?: string; path?: string; new?: unknown },
): boolean {
  if (path === undefined) return state === "ERROR" && action === "created";
  if (isSyncedField({ path }) || path.startsWith('status.conditions[type=""].')) return true;
  if (state === undefined && path.startsWith("status.")) return mayFail;
  if (path === "status.state") {
    return (mayFail && next === "ERROR") || (state === "ERROR" && creates);
  }
  if (path.startsWith("status.conditions[")) return state !== "ACTIVE" || mayFail;
  if (path.startsWith("status.")) return hasOtherSchema;
  return state !== "ACTIVE" && INVENTORY.test(path);
}

/** Matches the paths of the fields that kro writes to an instance together with its inventory. */
const INVENTORY = new RegExp(
  '^metadata\\.(annotations\\["(applyset\\.kubernetes\\.io/(contains-group-kinds|additional-namespaces|tooling)' +
    '|internal\\.kro\\.run/applyset-inventory-hash)"\\]' +
    '|labels\\["kro\\.run/(kro-version|controller-pod-id|resource-graph-definition-namespace)"\\])$',
);

/** Matches the message of a node whose object has labels that upstream leaves out. */
const LABELS = /metadata\.(labels|annotations) is not a map of strings/;

/** Whether a write changes only the schema of status fields in a CRD. */
function isOfStatus({ kind, reason = "" }: { kind: string; reason?: string }): boolean {
  return kind === "CustomResourceDefinition" &&
    reason.split("; ").every((one) => /\(status\.(?!state|conditions)[^ ]*\)$/.test(one));
}

/**
 * Returns what kro would write to the RGD, the instance and its child objects, without the differences from
 * upstream that docs/differences.md lists.
 */
async function unlisted(
  s: Scenario,
  kro: Observing,
  { name, graph, namespace, hasStatusFields }: Applied,
): Promise<string[]> {
  const { children, instance } = await kro.until(graph, "one", undefined, namespace);
  const { status } = await s.cluster.get(graph.instance("one", namespace));
  const { changes } = kro.graph(graph)!;
  const published = changes.filter((change) => !isOfStatus(change))
    .map(({ action, kind, reason }) => `${action} ${kind}: ${reason}`);
  const known: Known = {
    state: status?.state,
    mayFail: hasStatusFields || instance.some(({ new: next }) => LABELS.test(String(next))),
    hasOtherSchema: changes.some(isOfStatus),
    creates: children.some(({ action }) => action === "created"),
  };
  const objects = children.filter(({ action }) => !isListed(known, { action }))
    .map((child) => `${child.action} ${child.kind} ${child.name} ${JSON.stringify(child.fields)}`);
  const fields = instance.filter((field) => !isListed(known, field))
    .map((field) => JSON.stringify(field));
  return [...published, ...objects, ...fields].map((text) => `${name} (${status?.state}): ${text}`);
}

Deno.test("a difference that is not listed is found", () => {
  const cases: [
    state: string | undefined,
    difference: { action?: string; path?: string; new?: string },
    expected: boolean,
  ][] = [
    ["ACTIVE", { action: "created" }, false],
    ["ACTIVE", { path: "status.state", new: "IN_PROGRESS" }, false],
    ["ACTIVE", { path: 'status.conditions[type=""].type' }, true],
    ["ACTIVE", { path: 'status.conditions[type="Ready"].type' }, false],
    ["ACTIVE", { path: 'status.conditions[type="InstanceSynced"].status' }, true],
    [undefined, { path: "status.state", new: "ACTIVE" }, false],
    ["IN_PROGRESS", { action: "created" }, false],
    ["ERROR", { action: "created" }, true],
    ["ERROR", { action: "changed" }, false],
    ["ERROR", { action: "pruned" }, false],
    ["ERROR", { path: "status.field" }, false],
    ["ERROR", { path: "status.state", new: "IN_PROGRESS" }, false],
    ["ERROR", { path: 'metadata.labels["kro.run/owned"]' }, false],
    ["ERROR", { path: 'metadata.labels["kro.run/kro-version"]' }, true],
  ];
  const none = { mayFail: false, hasOtherSchema: false, creates: false };
  for (const [state, difference, expected] of cases) {
    const found = isListed({ ...none, state }, difference);
    assert.equal(found, expected, `${state} ${JSON.stringify(difference)}`);
  }
  for (const yes of [true, false]) {
    const failed: Known = { ...none, state: "ACTIVE", mayFail: yes };
    assert.equal(isListed(failed, { path: "status.state", new: "ERROR" }), yes);
    const missing: Known = { ...none, mayFail: yes };
    assert.equal(isListed(missing, { path: "status.field" }), yes);
    const created: Known = { ...none, state: "ERROR", creates: yes };
    assert.equal(isListed(created, { path: "status.state", new: "ACTIVE" }), yes);
    const other: Known = { ...none, state: "ACTIVE", hasOtherSchema: yes };
    assert.equal(isListed(other, { path: "status.field" }), yes);
  }
});

/** Chooses `count` of the graphs at equal distances in the list. */
function spread(graphs: readonly CorpusGraph[], count: number): CorpusGraph[] {
  const step = Math.max(1, graphs.length / count);
  return Array.from(
    { length: Math.min(count, graphs.length) },
    (_, i) => graphs[Math.floor(i * step)]!,
  );
}

/**
 * The graphs that upstream rejects, or whose instances wait forever in upstream. docs/differences.md explains
 * both in the sections on the variable of a macro, and on `readyWhen` of an external reference.
 */
const NOT_SERVED = [
  "references/graph/references: variable named like the node it ranges over",
  "references/graph/references: bound variable named like the node it binds",
  "selectors/graph/selectors: readyWhen by each",
];

const served = (await corpusGraphs()).filter(({ name }) => !NOT_SERVED.includes(name));
const chosen = spread(served, COUNT);
for (let from = 0; from < chosen.length; from += BATCH) {
  const batch = chosen.slice(from, from + BATCH);
  kroTest(
    `upstream's objects of ${batch.length} graphs from ${from} of the corpus are as kro would write them${needsGo}`,
    async (s) => {
      let applied: Applied[] = [];
      await s.restart(async () => {
        await using _upstream = await runUpstream();
        applied = await Promise.all(batch.map((graph, index) => apply(s, graph, index)));
        await settled(s);
        await observing(s.namespace, async (kro) => {
          const found = await Promise.all(applied.map((one) => unlisted(s, kro, one)));
          assert.deepEqual(found.flat(), []);
        });
      });
      await Promise.all(applied.map(({ graph }) => graph.removeAll(LIMIT_SECONDS)));
    },
    { ignore: needsGo !== "" },
  );
}
