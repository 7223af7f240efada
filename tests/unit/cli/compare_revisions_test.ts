/** Tests of the comparison of an instance under two revisions, with made-up reads of a cluster. */
import assert from "node:assert/strict";
import type { KubeObject, ObjectRef, ResourceSpec } from "../../../src/api/mod.ts";
import { compareRevisions } from "../../../src/cli/inspect/compare_revisions.ts";
import type { KubeClient } from "../../../src/kube/mod.ts";
import { snapshotSource } from "../../../src/openapi/mod.ts";
import { tryBuild } from "../../../src/publish/mod.ts";
import { UnknownRevision } from "../../../src/server/mod.ts";
import { configMap, rgd, SPEC } from "../graph/fixtures.ts";

const INSTANCE: KubeObject = {
  apiVersion: "kro.run/v1alpha1",
  kind: "Demo",
  metadata: {
    namespace: "ns",
    name: "one",
    uid: "u",
    annotations: { "kro.run/reconcile": "suspended" },
  },
  spec: { name: "shop" },
};

/** Compares revisions 1 and 2, whose nodes are given. `objects` are the live objects. */
async function compare(
  before: readonly unknown[],
  after: readonly unknown[],
  objects: KubeObject[] = [],
  instance: KubeObject | undefined = INSTANCE,
) {
  const definition = (resources: readonly unknown[]) =>
    rgd({ spec: SPEC }, resources as ResourceSpec[]);
  const revisions = [before, after].map((resources, i) => ({
    spec: { revision: i + 1, snapshot: { name: "demo", spec: definition(resources).spec } },
  }));
  const asked: string[] = [];
  const client: Partial<KubeClient> = {
    list: ({ kind }: { kind: string }) => {
      asked.push(`list ${kind}`);
      const items = kind === "GraphRevision" ? revisions : objects.filter((o) => o.kind === kind);
      return Promise.resolve({ items, resourceVersion: "1" }) as never;
    },
    get: ({ kind: { kind }, name }: ObjectRef) => {
      asked.push(`get ${kind}`);
      if (kind === "Demo") return Promise.resolve(instance);
      return Promise.resolve(objects.find((o) => o.kind === kind && o.metadata.name === name));
    },
  };
  const found = await compareRevisions(
    {
      compile: (_, spec) => tryBuild({ ...rgd({}, []), spec }, { schemas: snapshotSource() }),
      secretInputs: () => new Map(),
      limits: { maxCollectionSize: 100 },
    },
    client as KubeClient,
    { graph: "demo", namespace: "ns", name: "one", from: 1, to: 2 },
  );
  return { found, asked };
}

const secret = (id: string, value: string) => ({
  id,
  template: {
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name: `${id}-one` },
    stringData: { password: value },
  },
});

Deno.test("objects that were added, removed and changed have their fields", async () => {
  const { found } = await compare(
    [
      configMap("same", { data: { a: "1" } }),
      configMap("cm", { data: { a: "${schema.spec.name}", old: "x" } }),
      configMap("gone", { data: { a: "1" } }),
    ],
    [
      configMap("same", { data: { a: "1" } }),
      configMap("cm", { data: { a: "${schema.spec.name + '!'}" } }),
      configMap("more", { data: { a: "${cm.data.a}" } }),
    ],
  );
  const { objects, equal, from, to } = found!;
  assert.equal(equal, 1);
  assert.deepEqual([from, to], [1, 2].map((revision) => ({ revision, problems: [], unknown: [] })));
  assert.deepEqual(objects.map(({ node, change }) => `${node} ${change}`), [
    "cm changed",
    "more added",
    "gone removed",
  ]);
  const [cm, more, gone] = objects as [typeof objects[0], typeof objects[0], typeof objects[0]];
  assert.deepEqual(cm.fields, [
    { path: "data.a", old: "shop", new: "shop!" },
    { path: "data.old", old: "x" },
  ]);
  assert.deepEqual(more.fields, [{ path: "data.a", new: "shop!" }]);
  assert.deepEqual(gone.fields, [{ path: "data.a", old: "1" }]);
});

Deno.test("values of Secrets are hidden, and so are values that are computed from them", async () => {
  const copy = (value: string) => configMap("copy", { data: { a: value } });
  const { found } = await compare(
    [secret("token", "planted-one"), copy("planted-literal")],
    [secret("token", "planted-two"), copy("${token.stringData.password}")],
  );
  assert.deepEqual(found!.objects.map(({ node }) => node).toSorted(), ["copy", "token"]);
  assert.doesNotMatch(JSON.stringify(found), /planted/);
});

Deno.test("both revisions read the same live objects, and nodes without their inputs are named", async () => {
  const deployment = (replicas: number) => ({
    id: "app",
    template: {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name: "app" },
      spec: {
        replicas,
        selector: { matchLabels: { a: "b" } },
        template: {
          metadata: { labels: { a: "b" } },
          spec: { containers: [{ name: "c", image: "i" }] },
        },
      },
    },
  });
  const reader = configMap("cm", { data: { ready: "${string(app.status.readyReplicas)}" } });
  const missing = await compare([deployment(1)], [deployment(2), reader]);
  assert.deepEqual(missing.found!.to.unknown.map(({ node, state }) => [node, state]), [
    ["cm", "Pending"],
  ]);
  assert.deepEqual(missing.found!.objects.map(({ fields }) => fields), [
    [{ path: "spec.replicas", old: 1, new: 2 }],
  ]);
  const live = { ...deployment(1).template, status: { readyReplicas: 3 } } as KubeObject;
  live.metadata = { namespace: "ns", name: "app" };
  const { found, asked } = await compare([deployment(1)], [deployment(2), reader], [live]);
  assert.deepEqual(found!.to.unknown, []);
  const cm = found!.objects.find(({ node }) => node === "cm")!;
  assert.ok(cm.fields.some(({ path, new: value }) => path === "data.ready" && value === "3"));
  assert.equal(asked.filter((each) => each === "list Deployment").length, 1);
});

Deno.test("a revision that does not compile now has its problems, and an unknown one is refused", async () => {
  const { found } = await compare([configMap("cm", { data: { a: "${nowhere.x}" } })], [
    configMap("cm"),
  ]);
  assert.match(found!.from.problems.join(), /nowhere/);
  assert.deepEqual([found!.to.problems, found!.objects], [[], []]);
  const gone = await compare([configMap("cm")], [configMap("cm")], [], null as never);
  assert.equal(gone.found, undefined);
  const client = { list: () => Promise.resolve({ items: [] }) } as unknown as KubeClient;
  await assert.rejects(
    compareRevisions({} as never, client, { graph: "demo", name: "one", from: 1, to: 2 }),
    UnknownRevision,
  );
});
