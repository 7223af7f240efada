// Tests of the schemas of a cluster's kinds: from which documents kro reads a schema, how many requests kro
// sends for it, and when a kind counts as deleted.
import assert from "node:assert/strict";
import { ApiError, CRD_KIND, gvkKey, type KubeObject } from "../../../src/api/mod.ts";
import { LiveCluster } from "../../../src/clusters/live.ts";
import { ClusterSchemas } from "../../../src/clusters/schemas.ts";
import { Discovery, type KubeClient } from "../../../src/kube/mod.ts";
import {
  API_SERVICE,
  by,
  DEPLOYMENT,
  eventually,
  openClient,
  SECRET,
} from "../../support/cluster/mod.ts";

/** Returns a CRD in an API group of its own, with one field of this type in its spec. */
function gadgets(group: string, type: string): KubeObject {
  const spec = { type: "object", properties: { size: { type } } };
  return {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: `gadgets.${group}` },
    spec: {
      group,
      scope: "Cluster",
      names: { kind: "Gadget", plural: "gadgets" },
      versions: [{
        name: "v1",
        served: true,
        storage: true,
        schema: { openAPIV3Schema: { type: "object", properties: { spec } } },
      }],
    },
  };
}

function randomGroup(): string {
  return `g${crypto.randomUUID().slice(0, 8)}.example.com`;
}

/** Installs the CRD. Disposing the stack removes the CRD. */
async function install(
  client: KubeClient,
  stack: AsyncDisposableStack,
  crd: KubeObject,
): Promise<void> {
  await client.create(CRD_KIND, crd, by);
  stack.defer(() => client.delete({ kind: CRD_KIND, name: crd.metadata.name! }));
}

Deno.test("schemas: kinds of one group-version share one document, and concurrent callers one read", async () => {
  await using connection = await openClient();
  const { client, requests } = connection;
  let now = 0;
  const discovery = new Discovery(client);
  await discovery.refresh();
  const schemas = new ClusterSchemas(client, discovery, () => now);
  requests();
  const daemonSet = { ...DEPLOYMENT, kind: "DaemonSet" };
  const [one, two, three] = await Promise.all(
    [DEPLOYMENT, DEPLOYMENT, daemonSet].map((kind) => schemas.resolve(kind)),
  );
  assert.equal(one?.plural, "deployments");
  assert.equal(one.schema.properties?.spec?.properties?.replicas?.type, "integer");
  assert.equal(two, one);
  assert.equal(three?.plural, "daemonsets");
  const cost = { "raw /openapi/v3": 1, "raw /openapi/v3/apis/apps/v1": 1 };
  assert.deepEqual(requests(), cost);
  now = 59_999;
  await schemas.resolve(DEPLOYMENT);
  assert.deepEqual(requests(), {}, "the index is cached for a minute");
  now = 60_000;
  await schemas.resolve(DEPLOYMENT);
  assert.deepEqual(requests(), { "raw /openapi/v3": 1 }, "the hash in the index is unchanged");
  assert.equal((await schemas.resolve(SECRET))?.plural, "secrets");
  assert.deepEqual(requests(), { "raw /openapi/v3/api/v1": 1 });
});

Deno.test("schemas: the schema of a CRD's kind comes from the CRD, and is read again once invalidated", async () => {
  await using stack = new AsyncDisposableStack();
  const { client, requests } = stack.use(await openClient());
  const group = randomGroup();
  await install(client, stack, gadgets(group, "integer"));
  const gvk = { group, version: "v1", kind: "Gadget" };
  const discovery = new Discovery(client);
  const schemas = new ClusterSchemas(client, discovery);
  const sizeType = async () =>
    (await schemas.resolve(gvk))?.schema.properties?.spec?.properties?.size?.type;
  await eventually("the kind is found", () => schemas.resolve(gvk));
  requests();
  assert.equal(await sizeType(), "integer");
  assert.deepEqual(requests(), {});
  const changed = gadgets(group, "string");
  await client.apply({ kind: CRD_KIND, name: changed.metadata.name! }, changed, {
    ...by,
    force: true,
  });
  requests();
  schemas.invalidate(`gadgets.${group}`);
  assert.deepEqual(await Promise.all([sizeType(), sizeType()]), ["string", "string"]);
  assert.deepEqual(requests(), { "get customresourcedefinitions.apiextensions.k8s.io": 1 });
});

Deno.test("schemas: every kind that can be applied has a schema, including those of the aggregator's own group", async () => {
  await using connection = await openClient();
  const { client } = connection;
  const discovery = new Discovery(client);
  const schemas = new ClusterSchemas(client, discovery);
  const kinds = (await discovery.kinds()).filter(({ verbs, group }) =>
    verbs.includes("patch") && /^[^.]*$|\.k8s\.io$/.test(group)
  );
  const found = await Promise.all(kinds.map((kind) => schemas.resolve(kind)));
  assert.deepEqual(kinds.filter((_, i) => !found[i]).map(gvkKey), []);
  assert.ok(kinds.some(({ kind }) => kind === "APIService"));
});

Deno.test("schemas: an unknown kind resolves to undefined", async () => {
  await using connection = await openClient();
  const { client } = connection;
  const schemas = new ClusterSchemas(client, new Discovery(client));
  assert.equal(await schemas.resolve({ group: "apps", version: "v1", kind: "None" }), undefined);
  assert.equal(
    await schemas.resolve({ group: "apps", version: "v0", kind: "Deployment" }),
    undefined,
  );
});

Deno.test("serves: a kind whose aggregated API does not respond is not deleted", async () => {
  await using stack = new AsyncDisposableStack();
  const { client } = stack.use(await openClient());
  const group = randomGroup();
  const name = `v1.${group}`;
  const discovery = new Discovery(client);
  const cluster = new LiveCluster(client, discovery, new ClusterSchemas(client, discovery));
  assert.equal(await cluster.serves({ group, kind: "Gadget" }), undefined);
  await client.create(API_SERVICE, {
    apiVersion: "apiregistration.k8s.io/v1",
    kind: "APIService",
    metadata: { name },
    spec: {
      group,
      version: "v1",
      groupPriorityMinimum: 100,
      versionPriority: 100,
      insecureSkipTLSVerify: true,
      service: { namespace: "default", name: "nobody" },
    },
  }, by);
  stack.defer(() => client.delete({ kind: API_SERVICE, name }));
  await assert.rejects(cluster.serves({ group, kind: "Gadget" }), (error) => {
    assert.ok(error instanceof ApiError);
    assert.match(error.message, /cannot tell whether objects of Gadget\..* remain/);
    return true;
  });
});

Deno.test("serves: a kind is served as soon as its CRD is established, and no longer once the CRD is deleted", async () => {
  await using stack = new AsyncDisposableStack();
  const { client } = stack.use(await openClient());
  const group = randomGroup();
  const discovery = new Discovery(client);
  const cluster = new LiveCluster(client, discovery, new ClusterSchemas(client, discovery));
  const crd = gadgets(group, "integer");
  await client.create(CRD_KIND, crd, by);
  const { plural, namespaced } = await cluster.serves({ group, kind: "Gadget" }) ?? {};
  assert.deepEqual({ plural, namespaced }, { plural: "gadgets", namespaced: false });
  await client.delete({ kind: CRD_KIND, name: crd.metadata.name! });
  await eventually(
    "the kind is deleted",
    async () => !await cluster.serves({ group, kind: "Gadget" }, { fresh: true }),
  );
});
