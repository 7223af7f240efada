/**
 * Tests of the RGD controller: how it handles events that arrive while one of its requests is in
 * flight.
 */
import assert from "node:assert/strict";
import {
  ApiError,
  CRD_KIND,
  type KindRef,
  type KubeObject,
  type ObjectRef,
  type ResourceGraphDefinition,
  REVISION_KIND,
  RGD_KIND,
} from "../../../../src/api/mod.ts";
import {
  GraphController,
  type GraphDeps,
} from "../../../../src/controller/graphs/graph_controller.ts";
import { Metrics } from "../../../../src/controller/metrics/metrics.ts";
import type { WatchEvent } from "../../../../src/kube/mod.ts";

const CRD = "carts.shop.example.com";

function rgd(version: number, metadata: Partial<KubeObject["metadata"]> = {}) {
  return {
    apiVersion: "kro.run/v1alpha1",
    kind: RGD_KIND.kind,
    metadata: {
      name: "cart",
      uid: "rgd-uid",
      generation: 1,
      resourceVersion: `${version}`,
      finalizers: ["kro.run/finalizer"],
      ...metadata,
    },
    spec: { schema: { kind: "Cart", apiVersion: "v1", group: "shop.example.com" } },
  } as ResourceGraphDefinition;
}

const crd: KubeObject = {
  apiVersion: "apiextensions.k8s.io/v1",
  kind: CRD_KIND.kind,
  metadata: {
    name: CRD,
    uid: "crd-uid",
    resourceVersion: "3",
    labels: { "kro.run/owned": "true", "kro.run/resource-graph-definition-name": "cart" },
  },
  spec: {
    group: "shop.example.com",
    scope: "Namespaced",
    names: { kind: "Cart", plural: "carts" },
    versions: [{ name: "v1", storage: true }],
  },
};

const ESTABLISHED = { status: { conditions: [{ type: "Established", status: "True" }] } };

const deletion = { deletionTimestamp: "2026-02-01T00:00:00Z" };

/**
 * The cluster that the RGD controller sees: the objects that exist when the watches start, and the
 * responses to later requests.
 */
interface World {
  objects: Partial<Record<string, KubeObject[]>>;
  get?: (ref: ObjectRef) => Promise<KubeObject | undefined>;
  list?: (kind: KindRef) => KubeObject[];
  mergePatch?: (ref: ObjectRef) => Promise<KubeObject>;
  serve?: () => Promise<void>;
}

/** Creates an RGD controller for the cluster that `world` describes. Each lookup of a schema fails. */
function setUp(world: World) {
  const deliveries = new Map<string, (event: WatchEvent) => void>();
  const calls: string[] = [];
  const instances = {
    serveDeletions: () => Promise.resolve(void calls.push("deletions")),
    serve: async () => {
      calls.push("serving");
      await world.serve?.();
      calls.push("graph");
    },
  };
  const client = {
    async *pages(kind: KindRef) {
      yield await { items: world.objects[kind.kind] ?? [], resourceVersion: "10" };
    },
    async *watch(kind: KindRef, { signal }: { signal: AbortSignal }) {
      for (;;) {
        const event = await new Promise<WatchEvent | undefined>((resolve) => {
          deliveries.set(kind.kind, resolve);
          signal.addEventListener("abort", () => resolve(undefined));
        });
        if (!event) return;
        yield event;
      }
    },
    get: (ref: ObjectRef) => world.get?.(ref) ?? Promise.resolve(crd),
    list: (kind: KindRef) =>
      Promise.resolve({ items: world.list?.(kind) ?? [], resourceVersion: "10" }),
    mergePatch: (ref: ObjectRef) => world.mergePatch?.(ref) ?? Promise.reject(new Error("no")),
    create: (_: KindRef, object: KubeObject) => Promise.resolve({ ...object, ...ESTABLISHED }),
    delete: () => Promise.resolve(),
  };
  const controller = new GraphController({
    client,
    schemas: { resolve: () => Promise.reject(new Error("no schemas")), invalidate: () => {} },
    version: "v0.9.4",
    now: () => new Date(),
    pool: {
      setServed() {},
      onEmpty: () => {},
      of: () => instances,
      controller: () => Promise.resolve(instances),
    },
    metrics: new Metrics(),
    allowCrdDeletion: true,
    workers: 4,
    progressMs: 60_000,
    leads: () => true,
  } as unknown as GraphDeps);
  const deliver = (event: WatchEvent & { object: KubeObject }) =>
    deliveries.get(event.object.kind)!(event);
  return { controller, deliver, calls };
}

/** Waits until a condition is true, at most for one second. */
async function until(condition: () => boolean): Promise<void> {
  for (let i = 0; !condition() && i < 200; i++) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  assert.ok(condition(), `${condition}`);
}

Deno.test("the response to a status write does not replace a newer state of the RGD", async () => {
  const response = Promise.withResolvers<KubeObject>();
  let patched = false;
  const left = { apiVersion: "shop.example.com/v1", kind: "Cart", metadata: { name: "one" } };
  const { controller, deliver } = setUp({
    objects: { [RGD_KIND.kind]: [rgd(5, deletion)], [CRD_KIND.kind]: [crd] },
    list: (kind) => kind.kind === "Cart" ? [left] : [],
    mergePatch: () => {
      patched = true;
      return response.promise;
    },
  });
  controller.start();
  await until(() => patched);
  deliver({ type: "MODIFIED", object: rgd(20, { ...deletion, labels: { team: "b" } }) });
  await until(() => controller.entry("cart")?.rgd.metadata.resourceVersion === "20");
  response.resolve(rgd(15, deletion));
  await until(() => controller.queue.active === 0);
  assert.equal(controller.entry("cart")!.rgd.metadata.resourceVersion, "20");
  await controller.stop();
});

Deno.test("instances of an orphaned CRD stay served if its RGD is created again meanwhile", async () => {
  const response = Promise.withResolvers<KubeObject>();
  let requested = false;
  const { controller, deliver, calls } = setUp({
    objects: { [CRD_KIND.kind]: [crd] },
    get: () => {
      requested = true;
      return response.promise;
    },
  });
  controller.start();
  await until(() => requested);
  deliver({ type: "ADDED", object: rgd(20) });
  await until(() => controller.entry("cart") !== undefined);
  response.resolve(crd);
  await until(() => controller.queue.active === 0);
  assert.deepEqual(calls, []);
  await controller.stop();
});

Deno.test("a failed release of a revision is retried", async () => {
  let attempts = 0;
  const metadata = {
    name: "cart-r00001",
    resourceVersion: "4",
    finalizers: ["kro.run/finalizer"],
    ...deletion,
  };
  const revision = { apiVersion: "internal.kro.run/v1alpha1", kind: REVISION_KIND.kind, metadata };
  const { controller } = setUp({
    objects: { [REVISION_KIND.kind]: [revision] },
    mergePatch: () => {
      attempts++;
      if (attempts > 1) return Promise.resolve(revision);
      return Promise.reject(new ApiError("overloaded", { reason: "ServerError" }));
    },
  });
  controller.start();
  await until(() => attempts === 2);
  await controller.stop();
});

Deno.test("a graph whose RGD is deleted while its caches sync stops serving", async () => {
  const synced = Promise.withResolvers<void>();
  const annotations = { "kro.run/allow-breaking-changes": "true" };
  const { controller, deliver, calls } = setUp({
    objects: { [RGD_KIND.kind]: [rgd(5, { annotations })], [CRD_KIND.kind]: [crd] },
    mergePatch: (ref) =>
      Promise.resolve({ ...ref.kind === CRD_KIND ? crd : rgd(6), ...ESTABLISHED }),
    serve: () => synced.promise,
  });
  controller.start();
  await until(() => calls.includes("serving"));
  deliver({ type: "DELETED", object: rgd(7) });
  await until(() => calls.includes("deletions"));
  synced.resolve();
  await until(() => calls.includes("graph") && controller.queue.active === 0);
  assert.deepEqual(calls, ["serving", "deletions", "graph", "deletions"]);
  await controller.stop();
});
