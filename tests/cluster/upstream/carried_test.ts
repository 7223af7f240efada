// Tests that kro restores its own labels and finalizer on an instance after a user has removed them, and that
// an RGD may create instances of another RGD.
import assert from "node:assert/strict";
import type { JsonObject } from "../../../src/api/mod.ts";
import { configMap, kroTest, type Live, NAME } from "../../support/cluster/mod.ts";

const KINDS = "applyset.kubernetes.io/contains-group-kinds";
const HASH = "internal.kro.run/applyset-inventory-hash";

const stripped: Record<string, JsonObject> = {
  "the finalizer": { finalizers: null },
  "the ApplySet label": { labels: { "applyset.kubernetes.io/id": null } },
  "the RGD's label": { labels: { "kro.run/resource-graph-definition-id": null } },
  "the inventory": { annotations: { [KINDS]: null, [HASH]: null } },
  "kinds of the inventory": { annotations: { [KINDS]: "" } },
};

kroTest(
  "one patch restores kro's metadata on an instance, and users' additions cost no request",
  async (s) => {
    const graph = await s.graph({ kind: "Carrier", resources: [configMap("cm", `${NAME}-cm`)] });
    await graph.create("one");
    await graph.active("one");
    const at = graph.instance("one");
    const carried = ({ metadata }: Live) => ({
      finalizers: metadata.finalizers,
      labels: metadata.labels,
      annotations: metadata.annotations,
    });
    const before = carried(await s.cluster.get(at));
    for (const [what, metadata] of Object.entries(stripped)) {
      const { metadata: { resourceVersion } } = await s.cluster.patch(at, { metadata });
      const after = await s.cluster.until(
        at,
        (o) => o.metadata.resourceVersion !== resourceVersion,
      );
      assert.deepEqual(carried(after), before, what);
      await s.idle();
      assert.deepEqual(await s.cluster.get(at), after, `${what}: restored by one patch`);
    }
    const noted = await s.cluster.patch(at, {
      metadata: { annotations: { note: "x" }, labels: { team: "y" } },
    });
    await s.idle();
    assert.deepEqual(await s.cluster.get(at), noted);
  },
);

kroTest(
  "a status change of a child instance requeues its parent, without a loop",
  async (s) => {
    const inner = await s.graph({
      kind: "Inner",
      spec: { value: "string" },
      status: { echo: "${cm.data.value}" },
      resources: [configMap("cm", `${NAME}-cm`, { value: "${schema.spec.value}" })],
    });
    const outer = await s.graph({
      kind: "Outer",
      spec: { value: "string" },
      status: { echo: "${inner.status.echo}" },
      resources: [
        {
          id: "inner",
          readyWhen: ["${inner.status.state == 'ACTIVE'}"],
          template: {
            apiVersion: inner.apiVersion,
            kind: "Inner",
            metadata: { name: NAME },
            spec: { value: "${schema.spec.value}" },
          },
        },
        configMap("seen", `${NAME}-seen`, { revision: "${inner.metadata.resourceVersion}" }),
      ],
    });
    await outer.create("one", { value: "a" });
    await outer.active("one", (o) => o.status.echo === "a");
    const { revision } = (await s.cluster.get({ kind: "ConfigMap", name: "one-seen" })).data;
    await s.cluster.patch(outer.instance("one"), { spec: { value: "b" } });
    await outer.active("one", (o) => o.status.echo === "b");
    const { data } = await s.cluster.get({ kind: "ConfigMap", name: "one-seen" });
    assert.notEqual(data.revision, revision, "the parent follows kro's own change of the child");
    await s.idle();
    const seen = await s.cluster.get({ kind: "ConfigMap", name: "one-seen" });
    await s.cluster.patch(inner.instance("one"), { metadata: { annotations: { note: "x" } } });
    await s.idle();
    assert.deepEqual(await s.cluster.get({ kind: "ConfigMap", name: "one-seen" }), seen);
    await s.cluster.remove(outer.instance("one"));
    assert.equal(await s.cluster.find(inner.instance("one")), undefined);
    assert.equal(await s.cluster.find({ kind: "ConfigMap", name: "one-cm" }), undefined);
  },
);

kroTest("two graphs that read each other's resourceVersions become quiet", async (s) => {
  const crossing = (kind: string, makes: string, reads: string) => ({
    kind,
    resources: [
      {
        id: "theirs",
        externalRef: { apiVersion: "v1", kind: "ConfigMap", metadata: { name: reads } },
      },
      configMap("ours", makes, { seen: "${theirs.metadata.resourceVersion}" }),
    ],
  });
  await s.cluster.create({
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "two" },
    data: { seen: "" },
  });
  const one = await s.graph(crossing("CrossOne", "one", "two"));
  const two = await s.graph(crossing("CrossTwo", "two", "one"));
  await one.create("a");
  await two.create("b");
  await one.active("a");
  await two.active("b");
  await s.idle();
  const both = () =>
    Promise.all(["one", "two"].map((name) => s.cluster.get({ kind: "ConfigMap", name })));
  const before = await both();
  await s.cluster.patch({ kind: "ConfigMap", name: "one" }, { metadata: { labels: { x: "y" } } });
  await s.idle();
  const after = await both();
  assert.deepEqual(after[1], before[1]);
  assert.deepEqual(after.map((o) => o.data), before.map((o) => o.data));
});
