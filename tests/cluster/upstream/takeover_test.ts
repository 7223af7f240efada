// Tests that upstream's controller (kro 0.9.4) and this project's controller can take over a cluster from
// each other without writing to a child object.
import assert from "node:assert/strict";
import { mixed, spread } from "./takeover_graphs.ts";
import { needsGo, runUpstream } from "../../support/cluster/upstream_controller.ts";
import {
  type Live,
  revisions,
  type Scenario,
  scenario,
  steady,
  type TestGraph,
} from "../../support/cluster/mod.ts";

const KINDS = ["ConfigMap", "Secret", "Deployment.apps"];

/** Returns all child objects. Each key consists of the object's kind and name. */
async function children(s: Scenario): Promise<Map<string, Live>> {
  const lists = await Promise.all(KINDS.map(async (kind) => {
    const found = await s.cluster.list(kind, "kro.run/owned=true");
    return found.map((child) => [`${kind} ${child.metadata.name}`, child] as const);
  }));
  return new Map(lists.flat());
}

/** Returns the resourceVersions of the child objects, which show whether an object was written. */
function versions(all: Map<string, Live>): string {
  return [...all].map(([key, { metadata }]) => `${key} ${metadata.resourceVersion}`).sort().join();
}

/**
 * Whether this project's controller has written the instance's status. Only this project's controller writes
 * the condition InstanceSynced.
 */
function isOurs({ status }: Live): boolean {
  return status.conditions.some(({ type }: Live) => type === "InstanceSynced");
}

/**
 * Returns the fields of each child object that must not change when upstream's controller or this project's
 * controller takes over the cluster.
 */
function lasting(all: Map<string, Live>): Record<string, unknown> {
  return Object.fromEntries([...all].map(([key, { metadata, spec, data }]) => {
    const { uid, generation, labels, annotations, finalizers, ownerReferences } = metadata;
    const { "kro.run/kro-version": _, ...kept } = labels;
    return [key, {
      uid,
      generation,
      labels: kept,
      annotations,
      finalizers,
      ownerReferences,
      spec,
      data,
    }];
  }));
}

async function outside(s: Scenario): Promise<void> {
  const metadata = { name: "outside" };
  await s.cluster.create({ apiVersion: "v1", kind: "ConfigMap", metadata, data: { value: "o" } });
}

/** Writes the status of an available Deployment, because no Deployment controller runs. */
async function becomeAvailable(s: Scenario, name: string): Promise<void> {
  const at = { kind: "Deployment.apps", name };
  await s.cluster.until(at);
  await s.cluster.patchStatus(at, { replicas: 1, readyReplicas: 1, availableReplicas: 1 });
}

/** Applies the RGD {@link mixed} and an instance, and waits until the instance is ACTIVE. */
async function settle(s: Scenario): Promise<TestGraph> {
  await outside(s);
  const graph = await s.graph(mixed);
  await graph.create("one");
  await becomeAvailable(s, "one");
  await graph.active("one");
  await s.cluster.until({ kind: "ConfigMap", name: "one-last" });
  return graph;
}

async function issued(s: Scenario, graph: TestGraph): Promise<unknown[]> {
  return (await revisions(s, graph))
    .map(({ metadata: { name, uid }, spec: { revision } }) => ({ name, uid, revision }));
}

scenario(
  "takeover:from-upstream",
  `this kro takes over upstream's instances without a write to a child${needsGo}`,
  async (s) => {
    let graph!: TestGraph;
    let before!: Map<string, Live>;
    let known: unknown[] = [];
    await s.restart(async () => {
      await using _upstream = await runUpstream();
      graph = await settle(s);
      await steady("what upstream writes", async () => versions(await children(s)), 2000);
      before = await children(s);
      known = await issued(s, graph);
    });
    assert.equal(before.size, 7);
    await graph.active("one", isOurs);
    await s.idle(500);
    assert.equal(versions(await children(s)), versions(before));
    assert.deepEqual(await issued(s, graph), known);

    await s.cluster.patch({ kind: "ConfigMap", name: "one" }, { data: { value: "theirs" } });
    await s.cluster.until({ kind: "ConfigMap", name: "one" }, ({ data }) => data.value === "x");
    await s.cluster.remove(graph.instance("one"));
    assert.equal((await children(s)).size, 0);
  },
  { ignore: needsGo !== "" },
);

scenario(
  "takeover:to-upstream",
  `upstream takes over this kro's instances, with every child unchanged${needsGo}`,
  async (s) => {
    const graph = await settle(s);
    const before = await children(s);
    const known = await issued(s, graph);
    await s.restart(async () => {
      await using _upstream = await runUpstream();
      await s.cluster.until(
        graph.instance("one"),
        ({ metadata, status }) =>
          metadata.labels["kro.run/kro-version"] !== "devel" && status.state === "ACTIVE",
      );
      await steady("what upstream writes", async () => versions(await children(s)), 3000);
      assert.deepEqual(lasting(await children(s)), lasting(before));
      assert.deepEqual(await issued(s, graph), known);
      await s.cluster.remove(graph.instance("one"));
      assert.equal((await children(s)).size, 0);
    });
  },
  { ignore: needsGo !== "" },
);

scenario(
  "takeover:rollout",
  `each implementation finishes a rollout of the other that waits for a Deployment${needsGo}`,
  async (s) => {
    await outside(s);
    let graph!: TestGraph;
    await s.restart(async () => {
      await using _upstream = await runUpstream();
      graph = await s.graph(mixed);
      await graph.create("one");
      await s.cluster.until({ kind: "Deployment.apps", name: "one" });
      await s.cluster.until(graph.instance("one"), ({ status }) => status?.state === "IN_PROGRESS");
    });
    const began = await children(s);
    assert.ok(!began.has("ConfigMap one-last"));
    await becomeAvailable(s, "one");
    await graph.active("one");
    const uids = (all: Map<string, Live>) =>
      Object.fromEntries([...began.keys()].map((key) => [key, all.get(key)?.metadata.uid]));
    assert.deepEqual(uids(await children(s)), uids(began));

    await graph.create("two");
    await s.cluster.until({ kind: "Deployment.apps", name: "two" });
    await s.restart(async () => {
      await using _upstream = await runUpstream();
      await becomeAvailable(s, "two");
      await graph.active("two");
      await s.cluster.until({ kind: "ConfigMap", name: "two-last" });
    });
    await graph.active("two");
  },
  { ignore: needsGo !== "" },
);

scenario(
  "takeover:deletion",
  `each implementation finishes a deletion in waves that the other one began${needsGo}`,
  async (s) => {
    const other = `${s.namespace}-other`;
    await s.cluster.createNamespace(other);
    const held = (name: string) => ({ kind: "ConfigMap", name, namespace: other });
    const hold = (name: string) =>
      s.cluster.patch(held(name), { metadata: { finalizers: ["example.com/held"] } });
    const release = (name: string) =>
      s.cluster.patch(held(name), { metadata: { finalizers: null } });
    const begun = (name: string) =>
      s.cluster.until(held(name), ({ metadata }) => metadata.deletionTimestamp);
    const untouched = async (name: string) =>
      assert.equal(
        (await s.cluster.get({ kind: "ConfigMap", name })).metadata.deletionTimestamp,
        undefined,
      );

    let graph!: TestGraph;
    const start = async (name: string) => {
      await graph.create(`${name}-${other}`);
      await graph.active(`${name}-${other}`);
      await hold(`${name}-${other}-two`);
      await s.cluster.delete(graph.instance(`${name}-${other}`));
      await begun(`${name}-${other}-two`);
      await untouched(`${name}-${other}-one`);
    };
    const end = async (name: string) => {
      await release(`${name}-${other}-two`);
      await s.cluster.untilGone(graph.instance(`${name}-${other}`));
      await s.cluster.untilGone({ kind: "ConfigMap", name: `${name}-${other}-one` });
    };
    await s.restart(async () => {
      await using _upstream = await runUpstream();
      graph = await s.graph(spread(s.namespace, other));
      await start("a");
    });
    await end("a");
    await start("b");
    await s.restart(async () => {
      await using _upstream = await runUpstream();
      await end("b");
    });
  },
  { ignore: needsGo !== "" },
);
