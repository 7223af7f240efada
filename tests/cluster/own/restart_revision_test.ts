// Tests of the revision that reconciles instances after a restart, while the newest spec of the RGD cannot be
// compiled or recorded.
import assert from "node:assert/strict";
import { isEstablished } from "../../../src/kube/mod.ts";
import {
  condition,
  configMap,
  crdOf,
  crdPlace,
  eventually,
  type GraphSpec,
  kroTest,
  NAME,
  type Place,
  refused,
  type Scenario,
  silenceApi,
} from "../../support/cluster/mod.ts";

/** Returns an RGD with a ConfigMap. The second revision also has a Widget and another ConfigMap. */
function graphOf(kind: string, revision: 1 | 2, apiVersion: string): GraphSpec {
  const template = { apiVersion, kind: "Widget", metadata: { name: NAME }, spec: { size: "s" } };
  const added = [configMap("more", `${NAME}-more`), { id: "widget", template }];
  return {
    kind,
    spec: { f: "string | default=x" },
    resources: [
      configMap("config", NAME, { revision: `r${revision}`, f: "${schema.spec.f}" }),
      ...revision === 2 ? added : [],
    ],
  };
}

/** Installs a kind, and creates an instance whose second revision uses the kind. */
async function setUp(s: Scenario, kind: string) {
  const group = `${s.namespace}.example.org`;
  const apiVersion = `${group}/v1`;
  const object = crdOf("Widget", group, "v1", {
    spec: { type: "object", properties: { size: { type: "string" } } },
  });
  const at = crdPlace(`Widget.${group}`);
  await s.cluster.apply(object);
  await s.cluster.until(at, isEstablished);
  const graph = await s.graph(graphOf(kind, 1, apiVersion));
  await graph.create("app");
  await graph.active("app");
  await graph.change(graphOf(kind, 2, apiVersion));
  await s.cluster.until({ kind: "ConfigMap", name: "app" }, (o) => o.data.revision === "r2");
  await graph.active("app");
  return { graph, object, at, group, apiVersion };
}

kroTest("a restart without a kind of the newest revision does not roll back", async (s) => {
  const { graph, object, at } = await setUp(s, "KindGone");
  const more = { kind: "ConfigMap", name: "app-more" };
  const { uid } = (await s.cluster.get(more)).metadata;
  await s.restart(async () => {
    await s.cluster.remove(at);
  });
  await refused(s, graph, "GraphAccepted", /Widget/);
  await s.idle();
  assert.equal((await s.cluster.get(more)).metadata.uid, uid);
  assert.equal((await s.cluster.get({ kind: "ConfigMap", name: "app" })).data.revision, "r2");
  await s.cluster.apply(object);
  await graph.active("app");
  assert.equal((await s.cluster.get(more)).metadata.uid, uid);
});

kroTest(
  "a restart after a change of a schema of the newest revision does not roll back",
  async (s) => {
    const { graph, object, at, group } = await setUp(s, "KindChanged");
    const more = { kind: "ConfigMap", name: "app-more" };
    const { uid } = (await s.cluster.get(more)).metadata;
    const changed = crdOf("Widget", group, "v1", {
      spec: { type: "object", properties: { count: { type: "integer" } } },
    });
    // The second restart reads the verdict that the first one has recorded about the newest revision.
    for (const restart of ["first", "second"]) {
      await s.restart(async () => {
        if (restart === "first") await s.cluster.apply(changed);
      });
      await refused(s, graph, "GraphAccepted", /size/);
      const rgd = await s.cluster.get(graph.rgd);
      const { message } = condition(rgd, "GraphRevisionsResolved");
      assert.match(message, /^latest graph revision 2 failed compilation: .*size/s);
      assert.match(condition(rgd, "ControllerReady").message, /size/);
      const app = await s.cluster.until(graph.instance("app"), (o) => o.status.state === "ERROR");
      assert.match(condition(app, "GraphResolved").message, /size/);
      await s.idle();
      assert.equal((await s.cluster.get(more)).metadata.uid, uid);
      assert.equal((await s.cluster.get({ kind: "ConfigMap", name: "app" })).data.revision, "r2");
    }
    await s.cluster.apply(object);
    await s.cluster.until(at, isEstablished);
    await graph.active("app");
    assert.equal((await s.cluster.get(more)).metadata.uid, uid);
  },
);

kroTest("a restart while a kind's API does not answer does not roll back", async (s) => {
  const { graph, object, at, group } = await setUp(s, "KindSilent");
  let service: Place;
  await s.restart(async () => {
    service = await silenceApi(s.cluster, group, at);
  });
  try {
    const app = await s.cluster.until(graph.instance("app"), (o) => o.status.state === "ERROR");
    assert.match(condition(app, "GraphResolved").message, /does not answer/);
    assert.equal((await s.cluster.get({ kind: "ConfigMap", name: "app" })).data.revision, "r2");
  } finally {
    await s.cluster.delete(service!);
  }
  await s.cluster.untilGone(service!);
  await s.cluster.apply(object);
  await graph.active("app");
});

/**
 * Creates a webhook that cannot be reached. The API server then refuses, with status 500, the writes of these
 * resources whose names contain the suffix of the test's namespace.
 */
async function refuseWrites(s: Scenario, group: string, resource: string): Promise<Place> {
  const kind = "ValidatingWebhookConfiguration.admissionregistration.k8s.io";
  const name = `${s.namespace}.example.org`;
  const suffix = s.namespace.slice(-8);
  await s.cluster.create({
    apiVersion: "admissionregistration.k8s.io/v1",
    kind: "ValidatingWebhookConfiguration",
    metadata: { name },
    webhooks: [{
      name,
      clientConfig: { url: "https://127.0.0.1:1/" },
      rules: [{
        apiGroups: [group],
        apiVersions: ["*"],
        resources: [resource],
        operations: ["CREATE", "UPDATE"],
      }],
      matchConditions: [{ name: "own", expression: `object.metadata.name.contains("${suffix}")` }],
      admissionReviewVersions: ["v1"],
      sideEffects: "None",
      timeoutSeconds: 1,
      failurePolicy: "Fail",
    }],
  });
  return { kind, name };
}

/** Creates an instance. The function `change` writes a second spec of the RGD. */
async function changing(s: Scenario, kind: string) {
  const spec = graphOf(kind, 1, "v1");
  const graph = await s.graph(spec);
  await graph.create("app");
  await graph.active("app");
  const resources = [configMap("config", NAME, { revision: "r2" })];
  return { graph, change: () => graph.put({ ...spec, resources }) };
}

/** Waits until the API server refuses to change the object. */
async function untilRefused(write: () => Promise<unknown>): Promise<void> {
  await eventually("refused write", () => write().then(() => false, () => true));
}

kroTest(
  "the previous revision is served after a restart while no revision can be written",
  async (s) => {
    const { graph, change } = await changing(s, "Unwritten");
    let webhook: Place | undefined;
    try {
      await s.restart(async () => {
        await change();
        webhook = await refuseWrites(s, "internal.kro.run", "graphrevisions");
        const revision = {
          kind: "GraphRevision.internal.kro.run",
          name: `${graph.rgd.name}-r00001`,
        };
        await untilRefused(() =>
          s.cluster.patch(revision, { metadata: { labels: { a: `${Math.random()}` } } })
        );
      });
      await s.cluster.patch(graph.instance("app"), { spec: { f: "y" } });
      await s.cluster.until({ kind: "ConfigMap", name: "app" }, (o) => o.data.f === "y");
      await graph.active("app");
    } finally {
      if (webhook) await s.cluster.delete(webhook);
    }
    await s.cluster.until({ kind: "ConfigMap", name: "app" }, (o) => o.data.revision === "r2");
  },
);

kroTest(
  "the API shows the served revision even if the RGD's status cannot be written",
  async (s) => {
    const { graph, change } = await changing(s, "Unreported");
    let webhook: Place | undefined;
    try {
      await s.restart(async () => {
        await change();
        webhook = await refuseWrites(s, "kro.run", "resourcegraphdefinitions/status");
        await untilRefused(() =>
          s.cluster.patchStatus(graph.rgd, { x: null, conditions: [], state: `${Math.random()}` })
        );
      });
      await s.cluster.until({ kind: "ConfigMap", name: "app" }, (o) => o.data.revision === "r2");
      assert.equal(s.controller.graph(graph.rgd.name)?.revision, 2);
    } finally {
      if (webhook) await s.cluster.delete(webhook);
    }
  },
);

kroTest("a restart does not roll back while the CRD cannot be written", async (s) => {
  const { graph } = await setUp(s, "Unpatched");
  const more = { kind: "ConfigMap", name: "app-more" };
  const { uid } = (await s.cluster.get(more)).metadata;
  const rename = (categories: string[]) =>
    s.cluster.patch(graph.crd, { spec: { names: { categories } } });
  let webhook: Place | undefined;
  try {
    await s.restart(async () => {
      await rename(["edited"]);
      webhook = await refuseWrites(s, "apiextensions.k8s.io", "customresourcedefinitions");
      await untilRefused(() => rename([`c${crypto.randomUUID().slice(0, 8)}`]));
    });
    await refused(s, graph, "KindReady", /failed calling webhook/);
    await s.cluster.patch(graph.instance("app"), { spec: { f: "y" } });
    await s.cluster.until({ kind: "ConfigMap", name: "app" }, (o) => o.data.f === "y");
    await graph.active("app");
    assert.equal((await s.cluster.get({ kind: "ConfigMap", name: "app" })).data.revision, "r2");
    assert.equal((await s.cluster.get(more)).metadata.uid, uid);
  } finally {
    if (webhook) await s.cluster.delete(webhook);
  }
});
