/**
 * Tests that kro sends no request for a kind whose CRD was deleted or no longer serves the kind, and that the
 * event of a CRD that serves the kind wakes the instances.
 */
import assert from "node:assert/strict";
import { isEstablished } from "../../../src/kube/mod.ts";
import {
  configMap,
  crdOf,
  crdPlace,
  inState,
  kroTest,
  type Live,
  NAME,
  refused,
  type Scenario,
  type TestGraph,
} from "../../support/cluster/mod.ts";

const FIELDS = { spec: { type: "object", properties: { v: { type: "string" } } } };
const NAMES = ["a", "b", "c", "d", "e"];

/** Creates the CRD, and waits until it is established. */
async function install(s: Scenario, crd: Live): Promise<void> {
  await s.cluster.create(crd);
  const at = { kind: "CustomResourceDefinition.apiextensions.k8s.io", name: crd.metadata.name };
  await s.cluster.until(at, isEstablished);
}

/** Creates the instances, and waits until they are active. */
async function createAll(graph: TestGraph): Promise<void> {
  for (const name of NAMES) await graph.create(name);
  for (const name of NAMES) await graph.active(name);
}

/** Returns the requests for the resource since the last call. */
async function requestsFor(s: Scenario, resource: string): Promise<string[]> {
  const entries = await s.requests();
  return entries.filter((e) => e.resource === resource).map((e) => `${e.verb} ${e.uri} ${e.code}`);
}

kroTest("no request is sent for a child kind until its deleted CRD is created again", async (s) => {
  const group = `${s.namespace}.example.org`;
  const crd = crdOf("Gone", group, "v1", FIELDS);
  await install(s, crd);
  const template = { apiVersion: `${group}/v1`, kind: "Gone", metadata: { name: NAME } };
  const graph = await s.graph({
    kind: "Owner",
    spec: { note: 'string | default="x"' },
    resources: [{ id: "gone", template }, configMap("map", NAME, { note: "${schema.spec.note}" })],
  });
  await createAll(graph);
  await s.idle();
  await requestsFor(s, "gones");
  await s.cluster.remove(crdPlace(`Gone.${group}`));
  for (const name of NAMES) await inState(s, graph.instance(name), "IN_PROGRESS", "is not served");
  await s.idle();
  const first = await requestsFor(s, "gones");
  const applies = first.filter((text) => text.startsWith("patch") && text.endsWith("404"));
  // The event of a deleted object may arrive before that of its CRD. Its instance then applies it once.
  assert.ok(new Set(applies).size === applies.length, applies.join("\n"));
  // Two changes of each instance take several seconds. Without a delay, the watch would list again.
  for (const note of ["y", "z"]) {
    for (const name of NAMES) {
      await s.cluster.patch(graph.instance(name), { spec: { note } });
      await s.cluster.until({ kind: "ConfigMap", name }, (o) => o.data.note === note);
    }
    await s.idle();
  }
  assert.deepEqual(await requestsFor(s, "gones"), []);
  await install(s, crd);
  for (const name of NAMES) await graph.active(name);
  for (const name of NAMES) await s.cluster.get({ kind: `Gone.${group}`, name });
});

kroTest(
  "no request is sent for an external kind until its deleted CRD is created again",
  async (s) => {
    const group = `${s.namespace}.example.org`;
    const crd = crdOf("Read", group, "v1", FIELDS);
    const object = {
      apiVersion: `${group}/v1`,
      kind: "Read",
      metadata: { name: "shared" },
      spec: { v: "1" },
    };
    await install(s, crd);
    await s.cluster.create(object);
    const graph = await s.graph({
      kind: "Reader",
      spec: { note: 'string | default="x"' },
      resources: [
        {
          id: "read",
          externalRef: { apiVersion: `${group}/v1`, kind: "Read", metadata: { name: "shared" } },
        },
        configMap("map", NAME, { v: "${read.spec.v}", note: "${schema.spec.note}" }),
      ],
    });
    await createAll(graph);
    await s.idle();
    await requestsFor(s, "reads");
    await s.cluster.remove(crdPlace(`Read.${group}`));
    for (const name of NAMES) {
      await inState(
        s,
        graph.instance(name),
        "IN_PROGRESS",
        "is not served",
      );
    }
    await s.idle();
    await requestsFor(s, "reads");
    for (const note of ["y", "z"]) {
      for (const name of NAMES) {
        await s.cluster.annotate(graph.instance(name), { note });
      }
      await s.idle(1_000);
    }
    assert.deepEqual(await requestsFor(s, "reads"), []);
    await install(s, crd);
    await s.cluster.create({ ...object, spec: { v: "2" } });
    for (const name of NAMES) {
      await s.cluster.until({ kind: "ConfigMap", name }, (o) => o.data.v === "2");
      await graph.active(name);
    }
  },
);

kroTest("no request is sent for a version that its CRD does not serve", async (s) => {
  const group = `${s.namespace}.example.org`;
  const crd = crdOf("Hidden", group, "v1", FIELDS);
  await install(s, crd);
  const at = crdPlace(`Hidden.${group}`);
  const head = { apiVersion: `${group}/v1`, kind: "Hidden" };
  await s.cluster.create({ ...head, metadata: { name: "shared" }, spec: { v: "1" } });
  const graph = await s.graph({
    kind: "Hider",
    spec: { note: 'string | default="x"' },
    resources: [
      { id: "own", template: { ...head, metadata: { name: NAME } } },
      { id: "read", externalRef: { ...head, metadata: { name: "shared" } } },
      configMap("map", NAME, { v: "${read.spec.v}", note: "${schema.spec.note}" }),
    ],
  });
  await createAll(graph);
  await s.idle();
  const serve = (served: boolean) => {
    const { versions } = crd.spec as { versions: object[] };
    const changed = versions.map((version) => ({ ...version, served }));
    return s.cluster.patch(at, { spec: { versions: changed } });
  };
  for (const v of ["2", "3"]) {
    try {
      await serve(false);
      await refused(s, graph, "GraphAccepted", /is not served/);
      await s.idle();
      await requestsFor(s, "hiddens");
      // These changes take several seconds. Without a delay, both watches would list again.
      for (const note of ["y", "z"]) {
        for (const name of NAMES) await s.cluster.annotate(graph.instance(name), { note });
        await s.idle(1_000);
      }
      assert.deepEqual(await requestsFor(s, "hiddens"), []);
    } finally {
      await serve(true);
    }
    await s.cluster.until(graph.rgd, ({ status }) => status.state === "Active");
    await s.cluster.patch({ kind: `Hidden.${group}`, name: "shared" }, { spec: { v } });
    for (const name of NAMES) {
      await s.cluster.until({ kind: "ConfigMap", name }, (o) => o.data.v === v);
      await graph.active(name);
    }
    const own = { kind: `Hidden.${group}`, name: "a" };
    const { metadata: { uid } } = await s.cluster.get(own);
    await s.cluster.delete(own);
    await s.cluster.until(own, ({ metadata }) => metadata.uid !== uid);
  }
});
