// Tests that kinds are found by the names that users type.
import assert from "node:assert/strict";
import { type Json, resultOf } from "../../../src/api/mod.ts";
import { Discovery, type KubeClient } from "../../../src/kube/mod.ts";
import { TurnCounter } from "../../support/turns.ts";
import { type GroupDiscovery, KindIndex } from "../../../src/kube/kind_index.ts";

type Version = NonNullable<GroupDiscovery["versions"]>[number];

function version(name: string, ...kinds: [string, string, string[]?][]): Version {
  return {
    version: name,
    resources: kinds.map(([kind, resource, shortNames]) => ({
      resource,
      responseKind: { group: "", version: "", kind },
      scope: kind === "Node" ? "Cluster" : "Namespaced",
      singularResource: kind.toLowerCase(),
      shortNames,
    })),
  };
}

const index = resultOf(KindIndex.of([
  { versions: [version("v1", ["Pod", "pods", ["po"]], ["Event", "events"], ["Node", "nodes"])] },
  { metadata: { name: "events.k8s.io" }, versions: [version("v1", ["Event", "events"])] },
  {
    metadata: { name: "apps" },
    versions: [
      version("v2", ["Deployment", "deployments", ["deploy"]]),
      version("v1", ["Deployment", "deployments", ["deploy"]], ["Old", "olds"]),
    ],
  },
  // The short name `pods` of the kind Thing is also the plural name of the kind Pod.
  { metadata: { name: "x.io" }, versions: [version("v1", ["Thing", "things", ["pods"]])] },
  { metadata: { name: "dead.io" }, versions: [{ version: "v1", freshness: "Stale" }] },
]));

const names: [string, string | undefined][] = [
  ["pods", "pods.v1."],
  ["pod", "pods.v1."],
  ["Pod", "pods.v1."],
  ["PO", "pods.v1."],
  ["pods.v1", "pods.v1."],
  ["pods.v1.", "pods.v1."],
  ["deploy", "deployments.v2.apps"],
  ["deployments.apps", "deployments.v2.apps"],
  ["Deployment.v1.apps", "deployments.v1.apps"],
  ["deploy.v1.apps", "deployments.v1.apps"],
  ["old", "olds.v1.apps"],
  ["events", "events.v1."],
  ["events.events.k8s.io", "events.v1.events.k8s.io"],
  ["deployments.v3.apps", undefined],
  ["pods.apps", undefined],
  ["", undefined],
];

for (const [name, expected] of names) {
  Deno.test(`the name "${name}" resolves to ${expected ?? "no kind"}`, () => {
    const found = index.byName(name);
    assert.equal(found && `${found.plural}.${found.version}.${found.group}`, expected);
  });
}

Deno.test("a group's first version is the preferred one", () => {
  assert.equal(index.byGroupKind({ group: "apps", kind: "Deployment" })?.version, "v2");
  assert.equal(index.byGroupKind({ group: "apps", kind: "Old" })?.version, "v1");
});

Deno.test("a group-version whose aggregated API does not respond is stale", () => {
  assert.deepEqual([...index.stale], ["dead.io/v1"]);
});

Deno.test("scope comes from discovery", () => {
  assert.equal(index.byName("node")?.namespaced, false);
  assert.equal(index.byName("pod")?.namespaced, true);
});

/** Returns the kinds and the OpenAPI paths of an API server that answers each request with this document. */
async function discovered(document: Json) {
  const client = { raw: () => Promise.resolve(document) } as unknown as KubeClient;
  const discovery = new Discovery(client);
  const kinds = await discovery.kinds().catch((error) => error.name);
  return { kinds, paths: [...await discovery.openapi()] };
}

Deno.test("documents of the API server with values of wrong types are read as far as they are valid", async () => {
  const kind = "APIGroupDiscoveryList";
  const valid = { resource: "pods", responseKind: { kind: "Pod" }, scope: "Namespaced" };
  for (const document of [null, 5, "x", [], { paths: 5 }, { paths: { "apis/a/v1": null } }]) {
    assert.deepEqual(await discovered(document), { kinds: "ApiError", paths: [] });
  }
  for (const items of [null, 5, [null], [{ versions: 5 }], [{ versions: [null, {}] }]]) {
    assert.deepEqual((await discovered({ kind, items })).kinds, []);
  }
  const odd = { verbs: 5, shortNames: "po", subresources: [null, 5] };
  const resources = [null, 5, { responseKind: { kind: 5 } }, { ...valid, ...odd }];
  const { kinds } = await discovered({
    kind,
    items: [{ versions: [{ version: "v1", resources }] }],
  });
  assert.deepEqual(kinds.map((found: { kind: string }) => found.kind), ["Pod"]);
});

Deno.test("other events are processed while 300,000 kinds are indexed", async () => {
  const resources = Array.from({ length: 300_000 }, (_, i) => ({
    resource: `k${i}`,
    responseKind: { group: "a.b", version: "v1", kind: `K${i}` },
  }));
  const items: Json[] = [{ metadata: { name: "a.b" }, versions: [{ version: "v1", resources }] }];
  const client: Partial<KubeClient> = {
    raw: (path) =>
      Promise.resolve({ kind: "APIGroupDiscoveryList", items: path === "/apis" ? items : [] }),
  };
  using counter = new TurnCounter();
  const discovery = new Discovery(client as KubeClient);
  assert.ok(await discovery.resolve({ group: "a.b", version: "v1", kind: "K299999" }));
  assert.ok(counter.turns > 2, `${counter.turns} turns`);
});
