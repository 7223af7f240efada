// Tests of RGDs that conflict with existing kinds or are too large or malformed, and of GraphRevisions that
// users change. kro must report each problem.
import assert from "node:assert/strict";
import {
  active,
  condition,
  configMap,
  type GraphSpec,
  KroRequests,
  kroTest,
  NAME,
  refused,
  revisionNumbers,
  sharedControlPlane,
  verdicts,
} from "../../support/cluster/mod.ts";
import { eventually } from "../../support/wait.ts";

/** Returns an RGD with one ConfigMap. */
function graphOf(kind: string, value = "one", schema = {}): GraphSpec {
  return {
    kind,
    spec: { f: "string | default=x" },
    schema,
    resources: [configMap("config", NAME, { value })],
  };
}

kroTest(
  "the second RGD of a kind waits until the first one is deleted, then owns the kind",
  async (s) => {
    const first = await s.graph(graphOf("Contested", "first"));
    await first.create("app");
    await first.active("app");
    const group = first.apiVersion.split("/")[0];
    const named = `second-${s.namespace.slice(-8)}`;
    const second = await s.apply(graphOf("Contested", "second", { group }), named);
    await refused(s, second, "KindReady", new RegExp(first.rgd.name));
    assert.equal((await s.cluster.get({ kind: "ConfigMap", name: "app" })).data.value, "first");
    await s.cluster.remove(first.rgd);
    await active(s, second);
    await first.create("next");
    await s.cluster.until({ kind: "ConfigMap", name: "next" }, (o) => o.data.value === "second");
  },
);

kroTest(
  "when the first RGD is deleted and its CRD stays, the second reports it, and adopts the labeled CRD",
  async (s) => {
    const first = await s.graph(graphOf("Inherited", "first"));
    await first.create("app");
    await first.active("app");
    const group = first.apiVersion.split("/")[0];
    const heir = `heir-${s.namespace.slice(-8)}`;
    const second = await s.apply(graphOf("Inherited", "second", { group }), heir);
    await refused(s, second, "KindReady", new RegExp(`${first.rgd.name}$`));
    await s.cluster.remove(first.rgd);
    const label = "kro.run/resource-graph-definition-name";
    const rgd = await refused(s, second, "KindReady", /which does not exist/);
    assert.match(condition(rgd, "KindReady").message, new RegExp(`label it ${label}=${heir}$`));
    const config = { kind: "ConfigMap", name: "app" };
    const { data, metadata: { uid } } = await s.cluster.get(config);
    assert.equal(data.value, "first");
    await s.cluster.patch(first.crd, { metadata: { labels: { [label]: heir } } });
    await active(s, second);
    const after = await s.cluster.until(config, (o) => o.data.value === "second");
    assert.equal(after.metadata.uid, uid);
    await s.cluster.remove(first.instance("app"));
    await s.cluster.remove(second.rgd);
    await s.cluster.delete(first.crd);
  },
  { controller: { allowCrdDeletion: false } },
);

kroTest(
  "an invalid RGD reports node, path and expression of each problem, and other RGDs are served",
  async (s) => {
    const bad = await s.apply({
      kind: "Broken",
      spec: { name: "string" },
      resources: [
        configMap("first", "${schema.spec.name}", { a: "${schema.spec.nmae}" }),
        configMap("second", "second", { a: "${third.metadata.name}" }),
      ],
    });
    await s.graph(graphOf("Fine"));
    const rgd = await refused(s, bad, "GraphAccepted");
    const { reason, message } = condition(rgd, "GraphAccepted");
    assert.equal(reason, "InvalidResourceGraph");
    const lines: string[] = message.split("\n");
    assert.match(lines.find((l) => l.includes("first"))!, /template\.data\.a.*schema\.spec\.nmae/);
    assert.match(lines.find((l) => l.includes("second"))!, /template\.data\.a.*third/);
    assert.equal(await s.cluster.find(bad.crd), undefined);
  },
);

kroTest("a built-in kind is not created a second time", async (s) => {
  const annotations = { "api-approved.kubernetes.io": "unapproved" };
  const cases = [
    { kind: "Ingress", schema: { group: "networking.k8s.io", metadata: { annotations } } },
    // The kind INGRESS is not a built-in kind, but has the same plural name as the built-in kind
    // Ingress.
    { kind: "INGRESS", schema: { group: "networking.k8s.io", metadata: { annotations } } },
  ];
  for (const [index, { kind, schema }] of cases.entries()) {
    const named = `builtin${index}-${s.namespace.slice(-8)}`;
    const graph = await s.apply(graphOf(kind, "x", schema), named);
    const rgd = await refused(s, graph, "KindReady", /the API server itself serves ingresses/);
    assert.equal(verdicts(rgd).ControllerReady, "Unknown/AwaitingReconciliation");
    const at = { ...graph.crd, name: "ingresses.networking.k8s.io" };
    assert.equal(await s.cluster.find(at), undefined);
  }
  const undotted = await s.apply(
    graphOf("Deployment", "x", { group: "apps" }),
    `undotted-${s.namespace.slice(-8)}`,
  );
  await refused(s, undotted, "GraphAccepted", /"apps" is not a domain/);
});

kroTest("kro's own kinds are not created a second time", async (s) => {
  const graph = await s.apply(graphOf("ResourceGraphDefinition", "x", { group: "kro.run" }));
  await refused(s, graph, "KindReady", /not owned by KRO/);
});

kroTest("a kind with the name of a core kind is served next to it", async (s) => {
  const graph = await s.graph({
    ...graphOf("ConfigMap"),
    resources: [configMap("config", "core-${schema.metadata.name}", { value: "core" })],
  });
  await graph.create("app");
  await graph.active("app");
  await s.cluster.get({ kind: "ConfigMap", name: "core-app" });
  assert.equal(await s.cluster.find({ kind: "ConfigMap", name: "app" }), undefined);
  await s.cluster.remove(graph.instance("app"));
  assert.equal(await s.cluster.find({ kind: "ConfigMap", name: "core-app" }), undefined);
});

kroTest("an RGD of nearly a megabyte is served", async (s) => {
  const value = "x".repeat(900_000);
  const graph = await s.graph(graphOf("Big", value));
  await graph.create("app");
  await graph.active("app");
  assert.equal(
    (await s.cluster.get({ kind: "ConfigMap", name: "app" })).data.value.length,
    value.length,
  );
});

kroTest("an RGD too big for kro's own writes leaves its previous revision in use", async (s) => {
  const graph = await s.graph(graphOf("TooBig"));
  await graph.create("app");
  await graph.active("app");
  await assert.rejects(graph.put(graphOf("TooBig", "x".repeat(2_000_000))), /too large|limit/i);
  using requests = await KroRequests.open();
  await s.restart(async () => {
    // Without a status, the RGD is smaller than a GraphRevision with the same spec.
    const none = { conditions: null, state: null, topologicalOrder: null, resources: null };
    await s.cluster.patchStatus(graph.rgd, none);
    // Gives the RGD almost the greatest size that etcd accepts. The GraphRevision, or the RGD with its status, is
    // then too large for etcd.
    let length = 1_572_000;
    const isAccepted = () =>
      graph.put(graphOf("TooBig", "x".repeat(length))).then(() => true, () => false);
    while (!await isAccepted()) length -= 100;
  });
  await eventually(
    "refused GraphRevision",
    async () =>
      (await requests.take()).some(({ verb, resource, code }) =>
        verb === "create" && resource === "graphrevisions" && code >= 400
      ),
  );
  await s.cluster.patch(graph.instance("app"), { spec: { f: "y" } });
  await graph.active("app");
  assert.equal((await s.cluster.get({ kind: "ConfigMap", name: "app" })).data.value, "one");
  assert.deepEqual(await revisionNumbers(s, graph), [1]);
  await graph.put(graphOf("TooBig", "two"));
  await active(s, graph);
  await s.cluster.until({ kind: "ConfigMap", name: "app" }, (o) => o.data.value === "two");
});

kroTest("an RGD of three hundred nodes is served", async (s) => {
  const resources = Array.from(
    { length: 300 },
    (_, i) =>
      configMap(`node${i}`, `\${schema.metadata.name}-${i}`, {
        before: i === 0 || i % 10 === 0 ? "none" : `\${node${i - 1}.metadata.name}`,
      }),
  );
  const graph = await s.graph({ kind: "Wide", resources });
  const rgd = await s.cluster.get(graph.rgd);
  assert.equal(rgd.status.topologicalOrder.length, 300);
  assert.equal(rgd.status.resources.length, 270);
  await graph.create("app");
  await graph.active("app");
  assert.equal((await s.cluster.list("ConfigMap", "kro.run/owned=true")).length, 300);
  await s.cluster.remove(graph.instance("app"));
  assert.equal((await s.cluster.list("ConfigMap", "kro.run/owned=true")).length, 0);
});

kroTest("an RGD with bytes that are not UTF-8 does no harm", async (s) => {
  const { kubectl } = await sharedControlPlane();
  const name = `bytes-${s.namespace.slice(-8)}`;
  const text = (word: string) =>
    JSON.stringify({
      apiVersion: "kro.run/v1alpha1",
      kind: "ResourceGraphDefinition",
      metadata: { name },
      spec: {
        schema: { apiVersion: "v1alpha1", kind: "Bytes", group: `${name}.example.com` },
        resources: [configMap("config", NAME, { value: word })],
      },
    });
  const file = await Deno.makeTempFile();
  try {
    const bytes = new TextEncoder().encode(text("<>"));
    const at = bytes.indexOf("<".charCodeAt(0));
    bytes.set([0xff, 0xfe], at);
    await Deno.writeFile(file, bytes);
    const path = "/apis/kro.run/v1alpha1/resourcegraphdefinitions";
    const { code } = await kubectl(["create", "--raw", path, "-f", file]);
    const at2 = { kind: "ResourceGraphDefinition.kro.run", name };
    const rgd = await s.cluster.find(at2);
    assert.equal(code === 0, rgd !== undefined);
    if (rgd) {
      // The API server replaces invalid bytes with U+FFFD, so the stored string is valid and kro
      // accepts the RGD.
      await s.cluster.until(at2, (o) => o.status?.state === "Active");
      assert.match(rgd.spec.resources[0].template.data.value, /^\ufffd+$/);
      await s.cluster.remove(at2);
    }
  } finally {
    await Deno.remove(file);
  }
  const graph = await s.graph(graphOf("Sound"));
  await graph.create("app");
  await graph.active("app");
});

kroTest("an RGD without a spec, or with an empty one, reports the missing fields", async (s) => {
  const name = `empty-${s.namespace.slice(-8)}`;
  await s.cluster.create({
    apiVersion: "kro.run/v1alpha1",
    kind: "ResourceGraphDefinition",
    metadata: { name },
  });
  const at = { kind: "ResourceGraphDefinition.kro.run", name };
  const rgd = await s.cluster.until(at, (o) => o.status?.state === "Inactive");
  assert.match(condition(rgd, "GraphAccepted").message, /spec/);
  await s.cluster.remove(at);
});

kroTest("an RGD whose spec becomes invalid during a rollout loses no object", async (s) => {
  const held = (value: string): GraphSpec => ({
    ...graphOf("Rolling", value),
    resources: [
      configMap("gate", "${schema.metadata.name}-gate", { value }, {
        readyWhen: ["${has(gate.metadata.annotations)}"],
      }),
      configMap("config", NAME, { value, gate: "${gate.metadata.name}" }),
    ],
  });
  const open = (name: string) =>
    s.cluster.patch({ kind: "ConfigMap", name: `${name}-gate` }, {
      metadata: { annotations: { open: "yes" } },
    });
  const graph = await s.graph(held("one"));
  await graph.create("app");
  await s.cluster.until({ kind: "ConfigMap", name: "app-gate" });
  // The RGD becomes invalid while the instance still waits for the annotation on its first
  // ConfigMap.
  await graph.put({ ...held("two"), resources: [configMap("config", "${nobody.x}"), { id: "1" }] })
    .catch(() => graph.put({ ...held("two"), resources: [configMap("config", "${nobody.x}")] }));
  await refused(s, graph, "GraphAccepted", /nobody/);
  await open("app");
  await graph.active("app");
  assert.equal((await s.cluster.get({ kind: "ConfigMap", name: "app" })).data.value, "one");
  const { uid } = (await s.cluster.get({ kind: "ConfigMap", name: "app" })).metadata;
  await graph.put(held("three"));
  await active(s, graph);
  const after = await s.cluster.until(
    { kind: "ConfigMap", name: "app" },
    (o) => o.data.value === "three",
  );
  assert.equal(after.metadata.uid, uid);
});

kroTest(
  "revisions deleted or edited by a user: numbering continues, and no object is lost",
  async (s) => {
    const graph = await s.graph(graphOf("Records"));
    await graph.create("app");
    await graph.active("app");
    const at = (n: number) => ({
      kind: "GraphRevision.internal.kro.run",
      name: `${graph.rgd.name}-r0000${n}`,
    });
    await s.cluster.remove(at(1));
    await s.cluster.until(graph.rgd, (o) => o.status.lastIssuedRevision === 2);
    assert.deepEqual(await revisionNumbers(s, graph), [2]);

    // A user removes fields that kro has written to a GraphRevision. The next reconciliation of the RGD must
    // restore the fields that kro needs.
    await s.cluster.patch(at(2), {
      metadata: {
        labels: { "kro.run/graph-revision-hash": "0000000000000000" },
        ownerReferences: [],
        finalizers: [],
      },
    });
    await s.cluster.patchStatus(at(2), { conditions: [], topologicalOrder: ["made", "up"] });
    await s.restart();
    const second = await s.cluster.until(
      at(2),
      ({ metadata, status }) =>
        metadata.ownerReferences?.[0]?.name === graph.rgd.name &&
        status.topologicalOrder.join() === "config",
    );
    assert.deepEqual(await revisionNumbers(s, graph), [2]);

    // Another user creates a GraphRevision with number 9 and a different spec. kro must not reuse this
    // number, and must not use the spec of this GraphRevision.
    const { metadata: _, ...forged } = structuredClone(second);
    await s.cluster.create({
      ...forged,
      metadata: { name: at(9).name },
      spec: {
        revision: 9,
        snapshot: {
          ...forged.spec.snapshot,
          spec: { ...forged.spec.snapshot.spec, resources: [configMap("other", "other")] },
        },
      },
    });
    const rgd = await graph.change(graphOf("Records", "two"));
    assert.equal(rgd.status.lastIssuedRevision, 10);
    await s.cluster.until({ kind: "ConfigMap", name: "app" }, (o) => o.data.value === "two");
    assert.equal(await s.cluster.find({ kind: "ConfigMap", name: "other" }), undefined);
  },
);
