/**
 * Tests of the cluster of a controller that only observes: it records the writes of a reconciliation instead
 * of sending them.
 */
import assert from "node:assert/strict";
import {
  ApiError,
  type KindRef,
  type KubeObject,
  NAMESPACE_KIND,
  type ObjectRef,
} from "../../../src/api/mod.ts";
import {
  type CachedParts,
  ChildCaches,
  ExternalCaches,
  ObservedCluster,
} from "../../../src/clusters/mod.ts";
import type { KubeClient } from "../../../src/kube/mod.ts";

const KIND: KindRef = {
  group: "",
  version: "v1",
  kind: "ConfigMap",
  plural: "configmaps",
  namespaced: true,
};

const INSTANCE: KubeObject = {
  apiVersion: "example.com/v1",
  kind: "Demo",
  metadata: { namespace: "ns", name: "one", uid: "u" },
};

function configMapIn(namespace: string): KubeObject {
  return { apiVersion: "v1", kind: "ConfigMap", metadata: { namespace, name: "map" } };
}

/** Returns a cluster without objects, except the given namespaces. `reads` records the reads of namespaces. */
function setup(namespaces: Record<string, "exists" | "forbidden">) {
  const reads: string[] = [];
  const client: Partial<KubeClient> = {
    async *pages() {
      yield await Promise.resolve({ items: [], resourceVersion: "1" });
    },
    async *watch(_kind, { signal }) {
      await new Promise((resolve) => signal.addEventListener("abort", resolve));
      yield* [];
    },
    get: ({ kind, name }: ObjectRef) => {
      if (kind.kind !== "Namespace") return Promise.resolve(undefined);
      reads.push(name);
      if (namespaces[name] === "forbidden") throw forbidden();
      const found = { apiVersion: "v1", kind: "Namespace", metadata: { name } };
      return Promise.resolve(namespaces[name] ? found : undefined);
    },
  };
  const schemas = { resolve: () => Promise.resolve(undefined) };
  const children = new ChildCaches(client as KubeClient, schemas);
  const externals = new ExternalCaches(client as KubeClient);
  const parts = { client, schemas, children, externals } as unknown as CachedParts;
  const cluster = new ObservedCluster(parts, "demos|ns/one", INSTANCE, () => new Date(0));
  const apply = (namespace: string) =>
    cluster.apply({ kind: KIND, namespace, name: "map" }, configMapIn(namespace), { force: true });
  return { cluster, apply, reads, [Symbol.dispose]: () => children.stop() };
}

function forbidden(): Error {
  return new ApiError("may not get namespaces", { reason: "Forbidden", code: 403 });
}

Deno.test("an object in a namespace that does not exist is refused, as the API server refuses it", async () => {
  using all = setup({ other: "exists", hidden: "forbidden" });
  await assert.rejects(all.apply("missing"), /namespaces "missing" not found/);
  for (const namespace of ["other", "hidden"]) {
    assert.equal((await all.apply(namespace)).action, "created", namespace);
  }
  assert.deepEqual(all.cluster.writes().map(({ ref }) => ref.namespace), ["other", "hidden"]);
});

Deno.test("the namespace of the instance, and one that the pass creates, are not read", async () => {
  using all = setup({});
  const made: ObjectRef = { kind: NAMESPACE_KIND, name: "made" };
  const object = { apiVersion: "v1", kind: "Namespace", metadata: { name: "made" } };
  await all.cluster.apply(made, object, { force: true });
  all.reads.length = 0;
  await all.apply("made");
  await all.apply("ns");
  assert.deepEqual(all.reads, []);
});
