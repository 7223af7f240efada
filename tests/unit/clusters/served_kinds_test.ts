/** Tests of the lookup of kinds that discovery does not list. */
import assert from "node:assert/strict";
import type { KubeObject } from "../../../src/api/mod.ts";
import { servedKind } from "../../../src/clusters/served_kinds.ts";
import { Discovery, type KubeClient } from "../../../src/kube/mod.ts";

/**
 * Returns a client to a cluster whose discovery lists no kind, and the requests that the client has received.
 */
function emptyCluster(crds: KubeObject[] = []) {
  const requests: string[] = [];
  const client = {
    raw(path: string) {
      requests.push(path);
      return Promise.resolve({ kind: "APIGroupDiscoveryList", items: [] });
    },
    list({ plural }: { plural: string }) {
      requests.push(plural);
      return Promise.resolve({ items: plural.startsWith("custom") ? [...crds] : [] });
    },
  } as unknown as KubeClient;
  return { client, discovery: new Discovery(client), requests };
}

const ONCE = ["/api", "/apis", "customresourcedefinitions", "apiservices"];

Deno.test("kinds that are looked up at the same time share the requests", async () => {
  const { client, discovery, requests } = emptyCluster();
  const kinds = Array.from({ length: 200 }, (_, i) => ({ group: "example.com", kind: `K${i}` }));
  const found = await Promise.all(kinds.map((kind) => servedKind(client, discovery, kind)));
  assert.ok(found.every((kind) => kind === undefined));
  // The first lookup starts a refresh immediately. The other lookups share the next refresh.
  assert.ok(requests.length <= 3 * ONCE.length, requests.join(" "));
});

Deno.test("a later lookup lists the CRDs again", async () => {
  const crds: KubeObject[] = [];
  const { client, discovery, requests } = emptyCluster(crds);
  const kind = { group: "example.com", kind: "Widget" };
  assert.equal(await servedKind(client, discovery, kind), undefined);
  const names = { kind: "Widget", plural: "widgets" };
  const spec = { group: "example.com", names, versions: [{ name: "v1", served: true }] };
  crds.push({
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: "widgets.example.com" },
    spec: { ...spec, scope: "Namespaced" },
  });
  assert.equal((await servedKind(client, discovery, kind))?.plural, "widgets");
  assert.deepEqual(requests, [...ONCE, ...ONCE]);
});
