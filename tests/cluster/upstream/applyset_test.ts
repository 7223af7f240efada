// Tests of an instance's ApplySet: the inventory in the instance's annotations, and the labels of the objects
// in the ApplySet.
import assert from "node:assert/strict";
import {
  applySetId,
  assertInventory,
  childLabels,
  itemLabels,
} from "../../support/cluster/applyset.ts";
import {
  configMap,
  type GraphSpec,
  type Live,
  NAME,
  scenario,
  secret,
  serviceAccount,
} from "../../support/cluster/mod.ts";

scenario(
  "applyset:63",
  "the instance lists its kinds, and each object is labeled with its ApplySet",
  async (s) => {
    const graph = await s.graph({
      kind: "Trio",
      resources: [
        configMap("configMap", `${NAME}-cm`),
        secret("secret", `${NAME}-secret`),
        serviceAccount("serviceAccount", `${NAME}-sa`),
      ],
    });
    await graph.create("multi");
    const instance = await graph.active("multi");
    assertInventory(instance, "ConfigMap,Secret,ServiceAccount");
    assert.equal(instance.metadata.labels["app.kubernetes.io/managed-by"], undefined);
    for (
      const [kind, name, node] of [
        ["ConfigMap", "multi-cm", "configMap"],
        ["Secret", "multi-secret", "secret"],
        ["ServiceAccount", "multi-sa", "serviceAccount"],
      ] as const
    ) {
      const { metadata } = await s.cluster.get({ kind, name });
      assert.deepEqual(metadata.labels, childLabels(instance, node));
      assert.deepEqual(metadata.annotations, { "internal.kro.run/apply-order": "1" });
      assert.equal(metadata.ownerReferences, undefined);
      assert.equal(metadata.finalizers, undefined);
    }
  },
);

/**
 * Returns the annotation with the kinds in the instance's inventory. A later reconciliation may remove kinds
 * that no object needs, so tests wait for the expected kinds even after kro has written the status.
 */
function namedKinds({ metadata }: Live): string {
  return metadata.annotations["applyset.kubernetes.io/contains-group-kinds"];
}

/**
 * Returns an RGD with a ConfigMap, and a Secret and a ServiceAccount that includeWhen can exclude.
 */
const optional = (kind: string): GraphSpec => ({
  kind,
  spec: { secret: "boolean", account: "boolean | default=false" },
  resources: [
    configMap("configMap", `${NAME}-cm`),
    secret("secret", `${NAME}-secret`, { includeWhen: ["${schema.spec.secret}"] }),
    serviceAccount("account", `${NAME}-sa`, { includeWhen: ["${schema.spec.account}"] }),
  ],
});

scenario(
  "applyset:217",
  "an object that includeWhen excludes is pruned, and its kind leaves the inventory",
  async (s) => {
    const graph = await s.graph(optional("Prune"));
    await graph.create("app", { secret: true });
    assertInventory(await graph.active("app"), "ConfigMap,Secret");
    assert.deepEqual(await s.cluster.names("Secret"), ["app-secret"]);

    const { metadata: before } = await s.cluster.get({ kind: "ConfigMap", name: "app-cm" });
    await s.cluster.patch(graph.instance("app"), { spec: { secret: false } });
    await s.cluster.untilGone({ kind: "Secret", name: "app-secret" });
    assertInventory(await graph.active("app", (o) => namedKinds(o) === "ConfigMap"), "ConfigMap");
    const { metadata: after } = await s.cluster.get({ kind: "ConfigMap", name: "app-cm" });
    assert.deepEqual(after, before);
  },
);

scenario("applyset:797", "the kinds of the inventory grow and shrink with each step", async (s) => {
  const graph = await s.graph(optional("Steps"));
  await graph.create("app", { secret: false });
  assertInventory(await graph.active("app"), "ConfigMap");
  for (
    const [spec, kinds, secrets, accounts] of [
      [{ secret: true }, "ConfigMap,Secret", 1, 0],
      [{ account: true }, "ConfigMap,Secret,ServiceAccount", 1, 1],
      [{ secret: false }, "ConfigMap,ServiceAccount", 0, 1],
      [{ account: false }, "ConfigMap", 0, 0],
    ] as const
  ) {
    await s.cluster.patch(graph.instance("app"), { spec });
    const instance = await graph.active("app", (o) => namedKinds(o) === kinds);
    assertInventory(instance, kinds);
    assert.equal((await s.cluster.names("Secret")).length, secrets);
    assert.equal((await s.cluster.names("ServiceAccount")).length, accounts);
    assert.deepEqual(await s.cluster.names("ConfigMap"), ["app-cm"]);
  }
});

/** Returns an RGD with a collection: one ConfigMap for each value in the instance's spec. */
const collection = (kind: string): GraphSpec => ({
  kind,
  spec: { values: "[]string" },
  resources: [
    configMap("configs", `${NAME}-\${value}`, { value: "${value}" }, {
      forEach: [{ value: "${schema.spec.values}" }],
    }),
  ],
});

scenario(
  "applyset:1058",
  "items are labeled with their index and the size of the collection",
  async (s) => {
    const graph = await s.graph(collection("Items"));
    const values = ["alpha", "beta", "gamma"];
    await graph.create("app", { values });
    const instance = await graph.active("app");
    assertInventory(instance, "ConfigMap");
    for (const [index, value] of values.entries()) {
      const { metadata } = await s.cluster.get({ kind: "ConfigMap", name: `app-${value}` });
      assert.deepEqual(metadata.labels, itemLabels(instance, "configs", index, 3));
    }
  },
);

scenario(
  "applyset:1189",
  "a collection that shrinks from three items to one prunes two and relabels the third",
  async (s) => {
    const graph = await s.graph(collection("Shrink"));
    await graph.create("app", { values: ["alpha", "beta", "gamma"] });
    await graph.active("app");
    const beta = { kind: "ConfigMap", name: "app-beta" };
    const { metadata: before } = await s.cluster.get(beta);

    await s.cluster.patch(graph.instance("app"), { spec: { values: ["beta"] } });
    const instance = await graph.active("app");
    await s.cluster.untilGone({ kind: "ConfigMap", name: "app-alpha" });
    await s.cluster.untilGone({ kind: "ConfigMap", name: "app-gamma" });
    const { metadata } = await s.cluster.get(beta);
    assert.deepEqual(metadata.labels, itemLabels(instance, "configs", 0, 1));
    assert.equal(metadata.uid, before.uid);
    assertInventory(instance, "ConfigMap");
  },
);

scenario(
  "applyset:1310",
  "instances of two kinds with the same name do not prune each other's objects",
  async (s) => {
    const kinds = ["RedApp", "BlueApp"].map((kind) => ({
      ...optional(kind),
      resources: [
        configMap("configMap", `${NAME}-${kind.toLowerCase()}`),
        secret("secret", `${NAME}-${kind.toLowerCase()}`, {
          includeWhen: ["${schema.spec.secret}"],
        }),
      ],
    }));
    const red = await s.graph(kinds[0]!);
    const blue = await s.graph(kinds[1]!);
    for (const graph of [red, blue]) await graph.create("same", { secret: true });
    const [one, other] = [await red.active("same"), await blue.active("same")];
    assert.notEqual(applySetId(one), applySetId(other));
    assertInventory(one, "ConfigMap,Secret");
    assertInventory(other, "ConfigMap,Secret");

    await s.cluster.patch(red.instance("same"), { spec: { secret: false } });
    await s.cluster.untilGone({ kind: "Secret", name: "same-redapp" });
    assert.deepEqual(await s.cluster.names("Secret"), ["same-blueapp"]);
    await s.cluster.remove(red.instance("same"));
    assert.deepEqual(await s.cluster.names("ConfigMap"), ["same-blueapp"]);
    const { metadata } = await s.cluster.get({ kind: "ConfigMap", name: "same-blueapp" });
    assert.deepEqual(metadata.labels, childLabels(other, "configMap"));
  },
);

scenario("applyset:1494", "instances of one kind prune only their own objects", async (s) => {
  const graph = await s.graph(optional("Twins"));
  for (const name of ["one", "two"]) await graph.create(name, { secret: true });
  const [one, two] = [await graph.active("one"), await graph.active("two")];
  assert.notEqual(applySetId(one), applySetId(two));

  await s.cluster.patch(graph.instance("one"), { spec: { secret: false } });
  await s.cluster.untilGone({ kind: "Secret", name: "one-secret" });
  await graph.active("one");
  assert.deepEqual(await s.cluster.names("Secret"), ["two-secret"]);
  assert.deepEqual(await s.cluster.names("ConfigMap"), ["one-cm", "two-cm"]);
  assertInventory(await graph.active("two"), "ConfigMap,Secret");
});

scenario(
  "applyset:1686",
  "users' labels and annotations on the instance survive each pass",
  async (s) => {
    const graph = await s.graph(optional("Preserve"));
    const labels = { "custom-label": "custom", "app.kubernetes.io/team": "platform" };
    const annotations = { "custom-annotation": "custom", description: "Of a user." };
    await graph.create("app", { secret: false }, { labels, annotations });
    // Changes the instance four times. The first change only writes an annotation, the next two changes each
    // add a kind to the inventory, and the last change removes a kind.
    for (const spec of [{}, { secret: true }, { account: true }, { account: false }]) {
      await s.cluster.patch(graph.instance("app"), { spec });
      await s.cluster.patch(graph.instance("app"), {
        metadata: { annotations: { step: JSON.stringify(spec) } },
      });
      const { metadata } = await graph.active("app");
      const kept = (of: Record<string, string>, keys: object) =>
        Object.fromEntries(Object.entries(of).filter(([key]) => key in keys));
      assert.deepEqual(kept(metadata.labels, labels), labels);
      assert.deepEqual(kept(metadata.annotations, annotations), annotations);
      assert.equal(metadata.annotations.step, JSON.stringify(spec));
    }
    const shrunk = await graph.active("app", (o) => namedKinds(o) === "ConfigMap,Secret");
    assertInventory(shrunk, "ConfigMap,Secret");
  },
);
