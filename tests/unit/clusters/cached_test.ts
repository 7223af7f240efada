/**
 * Tests of the cached cluster. A read uses the cache only if the cache watches the kind and the namespace at
 * the time of the read. If the cache is stopped while the read waits for it, the cached cluster sends a
 * request to the API server instead.
 */
import assert from "node:assert/strict";
import { ApiError, type KindRef, type KubeObject, Label } from "../../../src/api/mod.ts";
import { CachedCluster, type CachedParts } from "../../../src/clusters/cached.ts";
import { LiveCluster } from "../../../src/clusters/live.ts";
import { ChildCaches, ExternalCaches } from "../../../src/clusters/mod.ts";
import type { Discovery, KubeClient } from "../../../src/kube/mod.ts";

const KIND: KindRef = {
  group: "",
  version: "v1",
  kind: "ConfigMap",
  plural: "configmaps",
  namespaced: true,
};
const REF = { kind: KIND, namespace: "ns", name: "kept" };
const SCOPE = { kind: KIND, namespace: "ns" };
const OBJECT: KubeObject = {
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: {
    namespace: "ns",
    name: "kept",
    uid: "u1",
    resourceVersion: "1",
    labels: { [Label.owned]: "true", [Label.applySetPartOf]: "set", [Label.instanceId]: "i" },
  },
};

/** A number of microtasks after which every step of a read, or of a relist, has completed. */
const STEPS = 40;

async function microtasks(count: number): Promise<void> {
  for (let i = 0; i < count; i++) await Promise.resolve();
}

/**
 * Returns a cached cluster and its caches. A replaced client acts as an API server with one object. `lists`
 * records the namespace of each list request that the cached cluster sends to the API server.
 */
function partsOf(given: Partial<KubeClient> = {}) {
  const lists: (string | undefined)[] = [];
  const client: Partial<KubeClient> = {
    async *pages() {
      yield await Promise.resolve({ items: [OBJECT], resourceVersion: "1" });
    },
    async *watch(_kind, { signal }) {
      await new Promise((resolve) => signal.addEventListener("abort", resolve));
      yield* [];
    },
    get: () => Promise.resolve(OBJECT),
    list: (_kind, options) => {
      lists.push(options?.namespace);
      return Promise.resolve({ items: [OBJECT], resourceVersion: "1" });
    },
    ...given,
  };
  const children = new ChildCaches(client as KubeClient, {
    resolve: () => Promise.resolve(undefined),
  });
  const externals = new ExternalCaches(client as KubeClient);
  const parts = { client, children, externals } as CachedParts;
  const stop = () => {
    children.stop();
    externals.stop();
  };
  return { parts, children, externals, lists, cluster: new CachedCluster(parts, "ns/demo"), stop };
}

function names(found: readonly (KubeObject | undefined)[]): (string | undefined)[] {
  return found.map((object) => object?.metadata.name);
}

type Read = (cluster: CachedCluster) => Promise<readonly (KubeObject | undefined)[]>;

const childReads: Record<string, Read> = {
  listMembers: (cluster) => cluster.listMembers(SCOPE, "set"),
  get: async (cluster) => [await cluster.get(REF)],
};

for (const [name, read] of Object.entries(childReads)) {
  Deno.test(`cached cluster: ${name} finds the object when its kind is released during the read`, async () => {
    for (let step = 0; step < STEPS; step++) {
      const { children, cluster, stop } = partsOf();
      await children.ensure(KIND, "owner");
      const found = read(cluster);
      await microtasks(step);
      children.release("owner");
      assert.deepEqual(names(await found), ["kept"], `released after ${step} microtasks`);
      stop();
    }
  });

  Deno.test(`cached cluster: ${name} finds the object while RBAC ends the watch of all namespaces`, async () => {
    for (let step = 0; step < STEPS; step++) {
      const { promise: lost, resolve: lose } = Promise.withResolvers<void>();
      let watches = 0;
      let isRefused = false;
      const { children, cluster, stop } = partsOf({
        async *pages(_kind, { namespace } = {}) {
          if (isRefused && !namespace) throw new ApiError("no", { reason: "Forbidden", code: 403 });
          yield await Promise.resolve({ items: [OBJECT], resourceVersion: "1" });
        },
        // The first watch ends without an error, and the next watch reports that its
        // resourceVersion has expired. The reflector then lists again without a delay.
        async *watch(_kind, { signal, namespace }) {
          const first = watches++ === 0;
          if (first && !namespace) {
            yield { type: "BOOKMARK", resourceVersion: "2" };
            await lost;
          } else if (namespace) {
            await new Promise((resolve) => signal.addEventListener("abort", resolve));
          } else throw new ApiError("expired", { reason: "Gone", code: 410 });
        },
      });
      await children.ensure(KIND, "owner");
      await microtasks(STEPS);
      isRefused = true;
      lose();
      await microtasks(step);
      assert.deepEqual(names(await read(cluster)), ["kept"], `read after ${step} microtasks`);
      stop();
    }
  });
}

const externalReads: Record<string, Read> = {
  getExternal: async (cluster) => [await cluster.getExternal(REF)],
  listExternal: (cluster) => cluster.listExternal({ ...SCOPE, labelSelector: "" }),
};

for (const [name, read] of Object.entries(externalReads)) {
  Deno.test(`cached cluster: ${name} finds the object when its kind is released during the read`, async () => {
    for (let step = 0; step < STEPS; step++) {
      const { externals, cluster, stop } = partsOf();
      await externals.ensure({ kind: KIND, reads: "whole" }, "owner");
      const found = read(cluster);
      await microtasks(step);
      externals.release("owner");
      assert.deepEqual(names(await found), ["kept"], `released after ${step} microtasks`);
      stop();
    }
  });
}

Deno.test("cached cluster: members are listed live when only the cache of external objects has the kind", async () => {
  const { externals, cluster, lists, stop } = partsOf({
    // The list for the watch of external objects does not contain the object yet.
    async *pages() {
      yield await Promise.resolve({ items: [], resourceVersion: "1" });
    },
  });
  await externals.ensure({ kind: KIND, reads: "whole" }, "owner");
  assert.deepEqual(names(await cluster.listMembers(SCOPE, "set")), ["kept"]);
  assert.deepEqual(lists, ["ns"]);
  assert.ok(cluster.isPolled, "no event reports changes of the members");
  stop();
});

Deno.test("cached cluster: members of all namespaces are listed live when the cache has only some", async () => {
  const { children, cluster, lists, stop } = partsOf({
    async *pages(_kind, { namespace } = {}) {
      if (!namespace) throw new ApiError("no", { reason: "Forbidden", code: 403 });
      yield await Promise.resolve({ items: [], resourceVersion: "1" });
    },
  });
  await children.ensure(KIND, "owner");
  assert.deepEqual(names(await cluster.listMembers({ ...SCOPE, namespace: "other" }, "set")), []);
  assert.deepEqual(lists, [], "the cache covers the namespace");
  assert.deepEqual(
    names(await cluster.listMembers({ kind: KIND, namespace: undefined }, "set")),
    ["kept"],
  );
  assert.deepEqual(lists, [undefined]);
  stop();
});

Deno.test("cached cluster: members of a watched kind cost no request", async () => {
  const { children, cluster, lists, stop } = partsOf();
  await children.ensure(KIND, "owner");
  for (const namespace of ["ns", undefined]) {
    assert.deepEqual(
      names(await cluster.listMembers({ kind: KIND, namespace }, "set")),
      ["kept"],
    );
  }
  assert.deepEqual(lists, []);
  assert.equal(cluster.isPolled, false);
  stop();
});

Deno.test("cached cluster: an object of a kind that is not served is not sent", async () => {
  const sent: string[] = [];
  const { children, cluster, stop } = partsOf({
    apply: (ref) => {
      sent.push(ref.name);
      return Promise.resolve(OBJECT);
    },
  });
  await children.ensure(KIND, "owner");
  const asked: string[] = [];
  children.isMissing = (_kind, instance) => asked.push(instance) > 0;
  await assert.rejects(
    cluster.apply(REF, OBJECT, { force: false }),
    { reason: "NotFound", code: undefined, isKindMissing: true },
  );
  assert.deepEqual([asked, sent], [["ns/demo"], []]);
  stop();
});

const notServed = new ApiError("apply a: not found", {
  reason: "NotFound",
  code: 404,
  isKindMissing: true,
});
const found = { ...KIND, singular: "configmap", shortNames: [], categories: [], subresources: [] };
const noObject = new ApiError("apply a: not found", { reason: "NotFound", code: 404 });

const refusals: Record<string, [verbs: string[] | undefined, error: ApiError, missing: boolean]> = {
  "a kind without the verb patch is served": [["create"], notServed, false],
  "a kind with the verb patch is not served": [["create", "patch"], notServed, true],
  "an unknown kind is not served": [undefined, notServed, true],
  "a namespace that does not exist says nothing about the kind": [["patch"], noObject, false],
};

for (const [name, [verbs, error, isKindMissing]] of Object.entries(refusals)) {
  Deno.test(`live cluster: after a refused apply, ${name}`, async () => {
    const client: Partial<KubeClient> = {
      get: () => Promise.resolve(undefined),
      apply: () => Promise.reject(error),
    };
    const discovery: Partial<Discovery> = {
      resolve: () => Promise.resolve(verbs && { ...found, verbs }),
    };
    const schemas = { resolve: () => Promise.resolve(undefined) };
    const cluster = new LiveCluster(client as KubeClient, discovery as Discovery, schemas);
    const { message, reason, code } = error;
    for (const force of [false, true]) {
      await assert.rejects(
        cluster.apply(REF, OBJECT, { force }),
        { message, reason, code, isKindMissing },
      );
    }
  });
}
