/**
 * Tests that LiveCluster (without caches) and CachedCluster implement the interface `Cluster` correctly,
 * on a real API server.
 */
import assert from "node:assert/strict";
import { CachedCluster } from "../../../src/clusters/cached.ts";
import { LiveCluster } from "../../../src/clusters/live.ts";
import { PlanCluster } from "../../../src/clusters/plan/cluster.ts";
import { PlanStore } from "../../../src/clusters/plan/store.ts";
import { ClusterSchemas } from "../../../src/clusters/schemas.ts";
import { CRD_KIND, type KubeObject } from "../../../src/api/mod.ts";
import { Discovery, type KubeClient, waitEstablished } from "../../../src/kube/mod.ts";
import type { Cluster } from "../../../src/reconcile/mod.ts";
import { clusterContract, type ContractSetup, WIDGET } from "../../support/contract/cluster.ts";
import { cachedSetup, env, partsOf, podTemplate } from "../../support/cluster/cached_cluster.ts";
import {
  by,
  CONFIG_MAP,
  crdOf,
  openClient,
  POD_TEMPLATE,
  SECRET,
  testNamespace,
} from "../../support/cluster/mod.ts";

let widgets: Promise<void> | undefined;

/** Installs the custom kind that these tests use; only the first call of a test run does so. */
function installWidgets(client: KubeClient): Promise<void> {
  const properties = {
    spec: { type: "object", properties: { size: { type: "integer" } } },
    status: { type: "object", properties: { phase: { type: "string" } } },
  };
  return widgets ??= (async () => {
    const crd = crdOf(WIDGET.kind, WIDGET.group, WIDGET.version, properties);
    const { name } = crd.metadata;
    await client.apply({ kind: CRD_KIND, name }, crd as unknown as KubeObject, by);
    await waitEstablished(client, name);
  })();
}

type Open = (client: KubeClient, discovery: Discovery, schemas: ClusterSchemas) => Promise<{
  cluster: Cluster;
  stop?: () => void;
}>;

async function contractSetup(open: Open): Promise<ContractSetup> {
  const stack = new AsyncDisposableStack();
  const { client } = stack.use(await openClient());
  await installWidgets(client);
  const namespaces = [
    stack.use(await testNamespace("contract")).name,
    stack.use(await testNamespace("contract")).name,
  ] as const;
  const discovery = new Discovery(client);
  const schemas = new ClusterSchemas(client, discovery);
  const { cluster, stop } = await open(client, discovery, schemas);
  if (stop) stack.defer(stop);
  return {
    cluster,
    namespaces,
    foreign: (ref, object) => client.apply(ref, object, { fieldManager: "foreign", force: true }),
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

const drivers: Record<string, Open> = {
  "live cluster": (client, discovery, schemas) =>
    Promise.resolve({ cluster: new LiveCluster(client, discovery, schemas) }),
  "cached cluster": async (client, discovery, schemas) => {
    const parts = partsOf(client, discovery, schemas);
    parts.children.reads.add(WIDGET, new Map([["node", "whole"]]));
    await Promise.all([CONFIG_MAP, SECRET].map((kind) => parts.children.ensure(kind, "test")));
    return { cluster: new CachedCluster(parts, "instance"), stop: () => parts.children.stop() };
  },
};

for (const [name, open] of Object.entries(drivers)) {
  clusterContract(name, () => contractSetup(open));
}

/**
 * The tests that the cluster of `kro plan` skips. They check the uid, the resourceVersion or the conflict of
 * a stored write, but this cluster stores no write in the API server.
 */
const REAL_WRITES = [
  "a first apply creates, and reads show it at once",
  "a field that kro no longer applies is removed, one of another manager stays",
  "a delete removes only the object with the given uid",
  "a live list shows a delete at once",
  "a patch merges, null removes, and a stale resourceVersion is rejected",
  "a status write replaces only the status, and a stale one is rejected",
];

const openPlan: Open = (client, discovery, schemas) => {
  const now = () => new Date();
  const store = new PlanStore({ client, discovery, schemas, now, isWhole: true });
  const instance = { apiVersion: "v1", kind: "Widget", metadata: { name: "instance" } };
  const cluster = new PlanCluster(store, instance, { applySet: "applyset-contract-v1" });
  return Promise.resolve({ cluster });
};

clusterContract("plan cluster", () => contractSetup(openPlan), REAL_WRITES);

Deno.test("live cluster: apply compares first, with the object that the pass has read", async () => {
  await using setup = await cachedSetup([]);
  const { client, parts, namespace } = setup;
  const cluster = new LiveCluster(client, parts.discovery, parts.schemas);
  const ref = { kind: POD_TEMPLATE, namespace, name: "a" };
  const desired = podTemplate(ref, { env, resources: { limits: { cpu: 1 } } });
  assert.equal(await cluster.get(ref), undefined);
  assert.equal((await cluster.apply(ref, desired, { force: true })).action, "created");
  assert.deepEqual(setup.requests(), { "get podtemplates": 1, "apply podtemplates": 1 });
  await parts.schemas.resolve(POD_TEMPLATE);
  setup.requests();
  await cluster.get(ref);
  assert.equal((await cluster.apply(ref, desired, { force: true })).action, "unchanged");
  assert.deepEqual(setup.requests(), { "get podtemplates": 1 });
});
