/**
 * Applies each example in `deploy/examples` on a complete control plane, changes its instance, and deletes
 * it.
 */
import assert from "node:assert/strict";
import { loadAll } from "js-yaml";
import { examples } from "../../../deploy/tasks/examples.ts";
import type { JsonObject } from "../../../src/api/mod.ts";
import { type Live, startController, TestCluster } from "../../support/cluster/mod.ts";

/** The steps that the test of one example takes in addition to applying the example's files. */
interface Run {
  /** Returns the objects that the test creates before the instance, as another user would. */
  before?: (namespace: string) => JsonObject[];
  /**
   * Called after the instance was created. Does the work of a controller that the control plane does not run.
   */
  simulate?: (cluster: TestCluster) => Promise<unknown>;
  /** The JSON merge patch with which the test changes the instance. */
  change: JsonObject;
  /** Whether kro has processed the change, according to the instance or to the object that `at` names. */
  changed: (object: Live) => boolean;
  /** The kind and name of the object with which `changed` is called; the instance by default. */
  at?: { kind: string; name: string };
}

const RUNS: Record<string, Run> = {
  "web-app": {
    change: { spec: { host: "", autoscaling: { enabled: true } } },
    changed: ({ status }) => status.url.startsWith("http://hello."),
  },
  "database": {
    before: (namespace) => [
      {
        apiVersion: "v1",
        kind: "Secret",
        metadata: { name: "database-seed" },
        stringData: { key: "a-random-key" },
      },
      // The control plane runs no controller that creates volumes, so the test creates the PersistentVolume
      // for the claim.
      {
        apiVersion: "v1",
        kind: "PersistentVolume",
        metadata: { name: namespace },
        spec: {
          accessModes: ["ReadWriteOnce"],
          capacity: { storage: "2Gi" },
          claimRef: { namespace, name: "orders" },
          hostPath: { path: "/tmp" },
          persistentVolumeReclaimPolicy: "Retain",
        },
      },
    ],
    change: { spec: { version: "18" } },
    at: { kind: "StatefulSet.apps", name: "orders" },
    changed: ({ spec, status }) =>
      spec.template.spec.containers[0].image.endsWith("postgres:18") &&
      status.currentRevision === status.updateRevision,
  },
  "tenant": {
    change: { spec: { pods: 30, viewers: [] } },
    at: { kind: "ResourceQuota", name: "tenant" },
    changed: ({ status }) => status?.hard?.pods === "30",
  },
  "job-fan-out": {
    change: { spec: { shards: ["north", "south", "west"] } },
    changed: ({ status }) => status.succeeded === 3,
  },
  "gateway-routes": {
    simulate: async (cluster) => {
      const gateway = { kind: "Gateway.gateway.networking.k8s.io", name: "site" };
      await cluster.until(gateway);
      await cluster.patchStatus(gateway, {
        addresses: [{ type: "IPAddress", value: "192.0.2.1" }],
        conditions: [{
          type: "Programmed",
          status: "True",
          reason: "Programmed",
          message: "",
          lastTransitionTime: "2026-01-01T00:00:00Z",
        }],
      });
    },
    change: { spec: { routes: [{ path: "/", service: "web" }] } },
    changed: ({ status }) => status.routes === 1 && status.address === "192.0.2.1",
  },
  "shop": {
    change: { spec: { replicas: 2 } },
    at: { kind: "Deployment.apps", name: "books-frontend" },
    changed: ({ status }) => status.availableReplicas === 2,
  },
  "cluster-scoped": {
    change: { spec: { operators: ["on-call", "support"] } },
    changed: ({ status }) => status.operators === 2,
  },
  "external-references": {
    before: () => [
      {
        apiVersion: "v1",
        kind: "ConfigMap",
        metadata: { name: "platform" },
        data: { cluster: "east" },
      },
      {
        apiVersion: "v1",
        kind: "Service",
        metadata: { name: "web", labels: { "examples.kro.run/dashboard": "overview" } },
        spec: { ports: [{ port: 80 }] },
      },
    ],
    change: { spec: { title: "All services" } },
    at: { kind: "ConfigMap", name: "overview-page" },
    changed: ({ data }) => data.title === "All services of east" && data.services === "web",
  },
  "stateful-app": {
    change: { spec: { image: "registry.example.com/queue:1.5" } },
    changed: ({ status }) => status.phase === "Serving" && status.members === 2,
  },
  "canary": {
    change: { spec: { image: "registry.example.com/search:1.1", canary: { image: "" } } },
    changed: ({ status }) => status.canary === "none" && status.stableReplicas === 4,
  },
};

Deno.test("each example is created, changed and deleted, and leaves nothing behind", async (t) => {
  await using _kro = await startController({ allowCrdDeletion: true });
  assert.deepEqual(examples().map(({ name }) => name), Object.keys(RUNS).sort());
  await Promise.all(
    examples().map(({ name, folder }) =>
      t.step({
        name,
        fn: () => runExample(folder, RUNS[name]!),
        sanitizeOps: false,
        sanitizeResources: false,
        sanitizeExit: false,
      })
    ),
  );
});

async function runExample(folder: string, run: Run): Promise<void> {
  await using cluster = await TestCluster.open(`example-${folder.split("/").at(-2)}`);
  const before = run.before?.(cluster.namespace) ?? [];
  const crds = await read(`${folder}crds/gateway.yaml`).catch(() => []);
  for (const object of [...crds, ...before]) await cluster.apply(object);
  const rgds = await read(`${folder}rgd.yaml`);
  for (const rgd of rgds) await cluster.create(rgd);
  for (const { metadata } of rgds) {
    await cluster.until(rgdAt(metadata.name), ({ status }) => status?.state === "Active");
  }
  const [instance] = await read(`${folder}instance.yaml`);
  const { kind, metadata: { name } } = instance!;
  const at = { kind: `${kind}.examples.kro.run`, name };

  const { metadata: { uid } } = await cluster.apply(instance!);
  await run.simulate?.(cluster);
  await cluster.until(at, isActive);

  const shown = run.at && { ...run.at, ...(kind === "Tenant" && { namespace: "tenant-blue" }) };
  await cluster.patch(at, run.change);
  await cluster.until(at, (object) => isActive(object) && (shown || run.changed(object)));
  if (shown) await cluster.until(shown, run.changed);
  await cluster.until(at, isActive);
  const kinds = kindsOf(rgds);
  assert.ok((await ownedBy(cluster, uid, kinds)).length > 0);

  await cluster.delete(at);
  await cluster.untilGone(at);
  assert.deepEqual(await ownedBy(cluster, uid, kinds), []);
  for (const { metadata } of rgds.toReversed()) {
    await cluster.delete(rgdAt(metadata.name));
    await cluster.untilGone(rgdAt(metadata.name));
  }
  for (const { kind, apiVersion, metadata } of [...crds, ...before]) {
    const [group] = apiVersion.split("/");
    if (group !== "v1" || kind === "PersistentVolume") {
      await cluster.delete({
        kind: group === "v1" ? kind : `${kind}.${group}`,
        name: metadata.name,
      });
    }
  }
}

function rgdAt(name: string) {
  return { kind: "ResourceGraphDefinition.kro.run", name };
}

/** Whether an instance is ACTIVE, and kro has seen its current generation. */
function isActive({ status, metadata }: Live): boolean {
  return status?.state === "ACTIVE" &&
    status.conditions.every((condition: Live) =>
      condition.observedGeneration === metadata.generation
    );
}

async function read(path: string): Promise<Live[]> {
  return loadAll(await Deno.readTextFile(path)) as Live[];
}

/** Returns the kinds of the objects that the RGDs create, such as `Deployment.apps`. */
function kindsOf(rgds: readonly Live[]): string[] {
  const templates = rgds.flatMap(({ spec }) => spec.resources.map(({ template }: Live) => template))
    .filter((template) => template !== undefined);
  return [
    ...new Set(templates.map(({ apiVersion, kind }: Live) => {
      const [group, version] = apiVersion.split("/");
      return version === undefined ? kind : `${kind}.${group}`;
    })),
  ];
}

/**
 * Returns the objects of these kinds that belong to the instance with this UID in any namespace, or to any
 * instance in the test's namespace.
 */
async function ownedBy(cluster: TestCluster, uid: string, kinds: string[]): Promise<string[]> {
  const found = await Promise.all(kinds.map(async (kind) => {
    const own = await cluster.list(kind, `kro.run/instance-id=${uid}`, true);
    const inside = await cluster.list(kind, "kro.run/instance-id");
    const here = inside.filter(({ metadata }) => metadata.namespace === cluster.namespace);
    return [...own, ...here].map(({ metadata }) => `${kind} ${metadata.name}`);
  }));
  return found.flat();
}
