/** Tests of withdrawGraph: which requests one step of deleting an RGD sends, and in which order. */
import assert from "node:assert/strict";
import {
  ApiError,
  type ApiErrorReason,
  type JsonObject,
  type KindRef,
  type KubeObject,
  type ObjectRef,
  REVISION_KIND,
  RGD_KIND,
} from "../../../src/api/mod.ts";
import type { KubeClient } from "../../../src/kube/mod.ts";
import { withdrawGraph } from "../../../src/publish/mod.ts";
import { deletion, first, graphs, live } from "./decisions.ts";
import { revision, rgd, SPECS } from "./fixtures.ts";

const RGDS = "resourcegraphdefinitions.kro.run";
const CARTS = "carts.shop.example.com";

/** The requests that read kro's own CRD, the generated CRD and the instances. */
const READS = [`get ${RGDS}`, `get ${CARTS}`, "list Cart metadataOnly"];
/** The requests that remove kro's finalizer from both revisions and from the RGD. */
const RELEASES = [
  "list GraphRevision spec.snapshot.name=cart",
  "patch cart-r00002 102 []",
  "patch cart-r00001 101 []",
  "patch cart 5 []",
];
const DELETED_CRD = `delete ${CARTS} crd-uid`;

const second = revision(SPECS.compatible, graphs.compatible, 2);
const ownCrd = { metadata: { name: RGDS } } as KubeObject;

function instance(name: string, metadata: Partial<KubeObject["metadata"]> = {}): KubeObject {
  const { namespace = "shop", ...rest } = metadata;
  return {
    apiVersion: "shop.example.com/v1alpha1",
    kind: "Cart",
    metadata: { name, namespace, uid: `uid-of-${name}`, ...rest },
  };
}

/** A cluster whose RGD `cart` is withdrawn. Fields that are absent have the values of {@link withdrawn}. */
interface World {
  rgd?: Partial<KubeObject["metadata"]>;
  allowCrdDeletion?: boolean;
  ownCrd?: Partial<KubeObject["metadata"]> | "absent";
  crd?: KubeObject | "absent";
  instances?: KubeObject[];
  revisions?: KubeObject[];
  /** The request that the API server refuses, and the reason. */
  refuse?: [request: string, reason: ApiErrorReason];
}

/**
 * Makes one step of deleting the RGD, and returns its requests with the result or the reason of the error.
 */
async function withdrawn(world: World) {
  const requests: string[] = [];
  const request = <T>(text: string, response: T): Promise<T> => {
    requests.push(text);
    const [refused, reason = "Forbidden"] = world.refuse ?? [];
    return text === refused
      ? Promise.reject(new ApiError("refused", { reason }))
      : Promise.resolve(response);
  };
  const { ownCrd: own = {}, crd = live, instances = [], revisions = [first, second] } = world;
  const client = {
    get: ({ name }: ObjectRef) => {
      if (name !== RGDS) return request(`get ${name}`, crd === "absent" ? undefined : crd);
      const object = { ...ownCrd, metadata: { ...ownCrd.metadata, ...Object(own) } };
      return request(`get ${name}`, own === "absent" ? undefined : object);
    },
    list: (kind: KindRef, options: { fieldSelector?: string; metadataOnly?: boolean }) => {
      const how = options.metadataOnly ? "metadataOnly" : options.fieldSelector;
      const items = kind === REVISION_KIND ? [...revisions] : instances;
      return request(`list ${kind.kind} ${how}`, { items });
    },
    delete: ({ name, namespace }: ObjectRef, options: { uid?: string; propagation?: string }) => {
      const path = namespace === undefined ? name : `${namespace}/${name}`;
      const { uid, propagation } = options;
      return request(["delete", path, uid, propagation].filter(Boolean).join(" "), undefined);
    },
    mergePatch: ({ kind, name }: ObjectRef, patch: JsonObject, options: JsonObject) => {
      assert.ok(kind === RGD_KIND || kind === REVISION_KIND, name);
      assert.deepEqual(options, { fieldManager: "kro" });
      const { finalizers, resourceVersion, ...others } = patch.metadata as JsonObject;
      assert.deepEqual([Object.keys(patch), others], [["metadata"], {}]);
      const text = `patch ${name} ${resourceVersion} ${JSON.stringify(finalizers)}`;
      return request(text, { metadata: { name, resourceVersion: "1000" } });
    },
  } as unknown as KubeClient;
  const { allowCrdDeletion = true } = world;
  const subject = rgd(SPECS.compatible, { ...deletion, ...world.rgd });
  try {
    const { released, instancesLeft } = await withdrawGraph(subject, { client, allowCrdDeletion });
    return { requests, released, left: instancesLeft.map(({ metadata: { name } }) => name!) };
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return { requests, failed: error.reason };
  }
}

const gone = { released: true, left: [] };

const cases: {
  name: string;
  world: World;
  expected: Awaited<ReturnType<typeof withdrawn>>;
}[] = [
  {
    name: "without allowCrdDeletion, only the finalizers are removed",
    world: { allowCrdDeletion: false, instances: [instance("one")] },
    expected: { requests: RELEASES, ...gone },
  },
  {
    name: "while kro is being uninstalled, the CRD stays",
    world: { ownCrd: deletion, instances: [instance("one")] },
    expected: { requests: [`get ${RGDS}`, ...RELEASES], ...gone },
  },
  {
    name: "after kro's own CRD is gone, the CRD stays",
    world: { ownCrd: "absent" },
    expected: { requests: [`get ${RGDS}`, ...RELEASES], ...gone },
  },
  {
    name: "a CRD of another RGD stays",
    world: {
      crd: {
        ...live,
        metadata: {
          ...live.metadata,
          labels: { "kro.run/owned": "true", "kro.run/resource-graph-definition-name": "other" },
        },
      },
    },
    expected: { requests: [`get ${RGDS}`, `get ${CARTS}`, ...RELEASES], ...gone },
  },
  {
    name: "the CRD is gone already",
    world: { crd: "absent" },
    expected: { requests: [`get ${RGDS}`, `get ${CARTS}`, ...RELEASES], ...gone },
  },
  {
    name: "a malformed CRD is deleted without a list of its instances",
    world: { crd: { ...live, spec: {} }, instances: [instance("one")] },
    expected: { requests: [`get ${RGDS}`, `get ${CARTS}`, DELETED_CRD, ...RELEASES], ...gone },
  },
  {
    name: "instances are deleted first, except those that are being deleted",
    world: { instances: [instance("one"), instance("two", deletion), instance("three")] },
    expected: {
      requests: [
        ...READS,
        "delete shop/one uid-of-one Background",
        "delete shop/three uid-of-three Background",
      ],
      released: false,
      left: ["one", "two", "three"],
    },
  },
  {
    name: "while all instances are being deleted, nothing is written",
    world: { instances: [instance("one", deletion)] },
    expected: { requests: READS, released: false, left: ["one"] },
  },
  {
    name: "the CRD is deleted before the revisions are listed and released",
    world: {},
    expected: { requests: [...READS, DELETED_CRD, ...RELEASES], ...gone },
  },
  {
    name: "an RGD and a revision without kro's finalizer are not patched",
    world: {
      rgd: { finalizers: ["other.example.com/finalizer"] },
      revisions: [first, { ...second, metadata: { ...second.metadata, finalizers: [] } }],
    },
    expected: {
      requests: [...READS, DELETED_CRD, RELEASES[0]!, "patch cart-r00001 101 []"],
      ...gone,
    },
  },
  {
    name: "other finalizers stay",
    world: {
      allowCrdDeletion: false,
      rgd: { finalizers: ["a.example.com/f", "kro.run/finalizer", "b.example.com/f"] },
      revisions: [],
    },
    expected: {
      requests: [RELEASES[0]!, 'patch cart 5 ["a.example.com/f","b.example.com/f"]'],
      ...gone,
    },
  },
];

for (const { name, world, expected } of cases) {
  Deno.test(`withdrawGraph: ${name}`, async () => {
    assert.deepEqual(await withdrawn(world), expected);
  });
}

Deno.test("withdrawGraph continues when an object is gone already", async () => {
  for (const request of [DELETED_CRD, ...RELEASES.slice(1)]) {
    const result = await withdrawn({ refuse: [request, "NotFound"] });
    assert.deepEqual(result, { requests: [...READS, DELETED_CRD, ...RELEASES], ...gone }, request);
  }
  const instances = [instance("one"), instance("two")];
  const deletions = instances.map(({ metadata: { name } }) =>
    `delete shop/${name} uid-of-${name} Background`
  );
  assert.deepEqual(await withdrawn({ instances, refuse: [deletions[0]!, "NotFound"] }), {
    requests: [...READS, ...deletions],
    released: false,
    left: ["one", "two"],
  });
});

Deno.test("withdrawGraph continues when a revision was changed, but not when the RGD was changed", async () => {
  const all = [...READS, DELETED_CRD, ...RELEASES];
  const changed = await withdrawn({ refuse: [RELEASES[1]!, "Conflict"] });
  assert.deepEqual(changed, { requests: all, ...gone });
  const outrun = await withdrawn({ refuse: [RELEASES[3]!, "Conflict"] });
  assert.deepEqual(outrun, { requests: all, failed: "Conflict" });
});

Deno.test("withdrawGraph sends no request after a refused one", async () => {
  const all = [...READS, DELETED_CRD, ...RELEASES];
  for (const [index, request] of all.entries()) {
    const result = await withdrawn({ refuse: [request, "Forbidden"] });
    assert.deepEqual(result, { requests: all.slice(0, index + 1), failed: "Forbidden" }, request);
  }
  const deletions = ["one", "two"].map((name) => `delete shop/${name} uid-of-${name} Background`);
  const instances = [instance("one"), instance("two")];
  for (const reason of ["Forbidden", "Conflict"] as const) {
    const result = await withdrawn({ instances, refuse: [deletions[0]!, reason] });
    assert.deepEqual(result, { requests: [...READS, deletions[0]!], failed: reason });
  }
});
