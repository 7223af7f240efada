/** Creates an instance controller over an in-memory cluster that contains one instance. */
import type { KindRef } from "../../../src/api/mod.ts";
import {
  type CachedParts,
  ChildCaches,
  ExternalCaches,
  KeyedMutex,
  RevertBackoff,
} from "../../../src/clusters/mod.ts";
import { InstanceController } from "../../../src/controller/instances/instance_controller.ts";
import { Metrics } from "../../../src/controller/metrics/metrics.ts";
import type { Change } from "../../../src/controller/view.ts";
import type { Observer } from "../../../src/controller/observe/observer.ts";
import type { KubeClient } from "../../../src/kube/mod.ts";
import { MemoryCluster, type PassContext } from "../../../src/reconcile/mod.ts";

export const CONFIG_MAP: KindRef = {
  group: "",
  version: "v1",
  kind: "ConfigMap",
  plural: "configmaps",
  namespaced: true,
};

/** The time of all passes. */
export const NOW = new Date("2026-01-01T00:00:00Z");
export const CONTEXT: PassContext = {
  now: () => NOW,
  version: "v0.9.4",
  podId: "pod",
  maxCollectionSize: 1000,
};

/** A source of schemas that knows no kind. */
export const SCHEMAS = { resolve: () => Promise.resolve(undefined) };

/** Returns an in-memory cluster that contains the instance `ns/one` of this kind. */
export function clusterWithInstance(kind: KindRef): MemoryCluster {
  const memory = new MemoryCluster();
  memory.put(kind, {
    apiVersion: `${kind.group}/${kind.version}`,
    kind: kind.kind,
    metadata: { namespace: "ns", name: "one" },
    spec: { name: "one", names: [], count: 1, labels: {} },
  });
  return memory;
}

/** Returns the methods of a client that read an in-memory cluster. Its watches report no event. */
export function readsOf(memory: MemoryCluster): Pick<KubeClient, "pages" | "watch" | "get"> {
  return {
    async *pages({ kind }, { labelSelector } = {}) {
      const items = memory.objects().filter((o) =>
        o.kind === kind && (!labelSelector || o.metadata.labels?.["kro.run/owned"] === "true")
      );
      yield await Promise.resolve({ items, resourceVersion: "1" });
    },
    async *watch(_kind, { signal }) {
      await new Promise((resolve) => signal.addEventListener("abort", resolve));
      yield* [];
    },
    get: (ref) => memory.getLive(ref),
  };
}

/**
 * Returns a controller of the instances of a kind, and a function that stops it. If `observer` is given,
 * the controller only observes. `changed` is called with each change of an instance.
 */
export function controllerOver(
  client: KubeClient,
  kind: KindRef,
  observer?: Observer,
  changed?: (change: Change) => void,
) {
  const parts = {
    client,
    schemas: SCHEMAS,
    children: new ChildCaches(client, SCHEMAS),
    externals: new ExternalCaches(client),
    reverts: new RevertBackoff(),
    locks: new KeyedMutex(),
  } as unknown as CachedParts;
  const controller = new InstanceController(kind, {
    parts,
    context: CONTEXT,
    metrics: new Metrics(),
    observer,
    changed,
    requeueMs: 0,
    syncTimeoutMs: 10_000,
    mayWrite: () => true,
  }, { add: () => {}, addBackground: () => {} });
  const stop = async () => {
    await controller.stop();
    parts.children.stop();
  };
  return { controller, stop };
}
