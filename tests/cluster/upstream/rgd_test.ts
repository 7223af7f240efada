// Tests of RGDs: which RGDs the API server accepts, how an RGD recovers from errors, RGDs that instances
// create, and upstream's end-to-end tests of creation and deletion.
import assert from "node:assert/strict";
import type { JsonObject } from "../../../src/api/mod.ts";
import { specHash } from "../../../src/graph/mod.ts";
import {
  active,
  condition,
  configMap,
  deployment,
  type GraphSpec,
  type Live,
  type Place,
  refused,
  scenario,
  service,
} from "../../support/cluster/mod.ts";

scenario("recover:60", "a valid spec after an invalid one takes effect", async (s) => {
  const graphOf = (...resources: unknown[]): GraphSpec => ({
    kind: "Recovered",
    spec: { name: "string" },
    resources,
  });
  const name = "${schema.spec.name}";
  const graph = await s.graph(graphOf(deployment("app", name)));
  await graph.put(graphOf(
    service("serviceA", "${serviceB.metadata.name}"),
    service("serviceB", "${serviceA.metadata.name}"),
  ));
  const inactive = await refused(s, graph, "GraphAccepted", /cycle/i);
  assert.deepEqual(inactive.status.topologicalOrder ?? [], []);
  await graph.put(graphOf(deployment("app", `${name}-new`)));
  await active(s, graph);
  await graph.create("app", { name: "app" });
  await s.cluster.until({ kind: "Deployment.apps", name: "app-new" });
  assert.equal(await s.cluster.find({ kind: "Deployment.apps", name: "app" }), undefined);
});

/** Asserts that the API server rejects an RGD with these `spec.schema` fields. */
async function rejected(
  s: Parameters<Parameters<typeof scenario>[2]>[0],
  schemas: [JsonObject, RegExp][],
): Promise<void> {
  for (const [schema, says] of schemas) {
    const spec = { kind: "Fine", schema, resources: [configMap("config", "x")] };
    await assert.rejects(s.apply(spec), says, JSON.stringify(schema));
  }
}

scenario("validation:48", "admission validates short names and categories", async (s) => {
  await rejected(s, [
    [{ shortNames: ["WA"] }, /spec\.schema\.shortNames\[0\]/],
    [{ shortNames: ["wa", "wa"] }, /Duplicate value: "wa"/],
    [{ shortNames: ["a".repeat(64)] }, /Too long/],
    [{ categories: ["Kro"] }, /spec\.schema\.categories\[0\]/],
    [{ categories: ["platform", "platform"] }, /Duplicate value: "platform"/],
  ]);
});

scenario("validation:116", "admission validates kinds", async (s) => {
  const kinds = ["testResource", "Test_Resource", "Test-Resource", "123Test", "Test.Resource"];
  const all = [...kinds, "Test!", `T${"o".repeat(63)}`];
  await rejected(s, all.map((kind) => [{ kind }, /spec\.schema\.kind/]));
});

scenario("validation:144", "an invalid RGD can be deleted", async (s) => {
  const graph = await s.apply({
    kind: "Unparsed",
    spec: { name: "string" },
    resources: [configMap("config", "${Bad expression}")],
  });
  const rgd = await refused(s, graph, "GraphAccepted", /Bad expression/);
  assert.deepEqual(rgd.status.topologicalOrder ?? [], []);
  await s.cluster.remove(graph.rgd);
});

scenario("validation:177 / 200 / 224", "invalid selectors are rejected", async (s) => {
  const cases: [JsonObject, RegExp][] = [
    [{ matchLabels: "team=platform" }, /metadata\.selector\.matchLabels/],
    [{ matchLabels: { team: "platform" }, bogusField: "value" }, /bogusField/],
    [
      { matchExpressions: [{ key: "team", operator: "NotARealOperator" }] },
      /matchExpressions\[0\]\.operator/,
    ],
  ];
  for (const [selector, says] of cases) {
    const externalRef = { apiVersion: "v1", kind: "ConfigMap", metadata: { selector } };
    const graph = await s.apply({ kind: "Picky", resources: [{ id: "configs", externalRef }] });
    const rgd = await refused(s, graph, "GraphAccepted", says);
    assert.match(condition(rgd, "Ready").message, says);
    await s.cluster.remove(graph.rgd);
  }
});

/** Returns an RGD whose instances create RGDs. */
function nesting(kind: string, token: string): GraphSpec {
  const schema = {
    apiVersion: "v1alpha1",
    group: `nested${token}.kro.run`,
    kind: "Nested${schema.spec.type}",
    spec: {
      name: "string",
      field: { nested: "${schema.spec.type} | default=${schema.spec.default}" },
    },
  };
  const template = {
    apiVersion: "kro.run/v1alpha1",
    kind: "ResourceGraphDefinition",
    metadata: { name: `nested-\${schema.spec.type}-${token}` },
    spec: { schema },
  };
  return {
    kind,
    spec: { type: "string", default: "string" },
    resources: [{ id: "nested", template }],
  };
}

function nestedAt(type: string, token: string): Place {
  return { kind: "ResourceGraphDefinition.kro.run", name: `nested-${type}-${token}` };
}

scenario(
  "nested:61",
  "an RGD that an instance creates is served, and deleted with the instance",
  async (s) => {
    const token = s.namespace.slice(-8);
    const graph = await s.graph(nesting("Nesting", token));
    await graph.create("one", { type: "string", default: "10" });
    await graph.active("one");
    const nested = await s.cluster.until(
      nestedAt("string", token),
      (o) => o.status?.state === "Active",
    );
    assert.equal(nested.spec.schema.spec.field.nested, "string | default=10");
    await s.cluster.remove(graph.instance("one"));
    assert.equal(await s.cluster.find(nestedAt("string", token)), undefined);
  },
);

scenario(
  "nested:121",
  "instances of one graph create RGDs with fields of several types",
  async (s) => {
    const token = s.namespace.slice(-8);
    const graph = await s.graph(nesting("NestingMany", token));
    const cases = [["integer", "10"], ["string", "default"], ["boolean", "true"]] as const;
    for (const [type, value] of cases) {
      await graph.create(`test${type}`, { type, default: value });
    }
    for (const [type] of cases) {
      await s.cluster.until(nestedAt(type, token), (o) => o.status?.state === "Active");
      await graph.active(`test${type}`);
      await s.cluster.delete(graph.instance(`test${type}`));
    }
    for (const [type] of cases) {
      await s.cluster.untilGone(graph.instance(`test${type}`));
      await s.cluster.untilGone(nestedAt(type, token));
    }
  },
);

/** The RGD of upstream's end-to-end tests. */
const simple: GraphSpec = {
  kind: "CheckRGDCreationSimpleDeployment",
  spec: { replicas: "integer | default=1", image: 'string | default="nginx:latest"' },
  resources: [deployment("deployment", "${schema.metadata.name}")],
};

scenario(
  "e2e:check-rgd-creation",
  "an RGD and its CRD equal upstream's, field by field",
  async (s) => {
    const graph = await s.apply(simple, `check-${s.namespace.slice(-8)}`);
    const rgd = await active(s, graph);
    assert.ok(rgd.metadata.finalizers.includes("kro.run/finalizer"));
    assert.equal(rgd.metadata.generation, 1);
    assert.deepEqual(rgd.status.topologicalOrder, ["deployment"]);
    assert.equal(rgd.status.lastIssuedRevision, 1);
    const said = rgd.status.conditions.map((c: Live) => [
      c.type,
      c.status,
      c.reason,
      c.message,
      c.observedGeneration,
    ]);
    const byType = said.sort(([a]: string[], [b]: string[]) => a! < b! ? -1 : 1);
    assert.deepEqual(byType, [
      ["ControllerReady", "True", "Running", "controller is running", 1],
      ["GraphAccepted", "True", "Valid", "resource graph and schema are valid", 1],
      ["GraphRevisionsResolved", "True", "Resolved", "revision 1 compiled and active", 1],
      ["KindReady", "True", "Ready", `kind ${simple.kind} has been accepted and ready`, 1],
      ["Ready", "True", "Ready", "", 1],
    ]);

    const { metadata, spec, status } = await s.cluster.get(graph.crd);
    const group = graph.apiVersion.split("/")[0]!;
    const names = {
      kind: simple.kind,
      listKind: `${simple.kind}List`,
      plural: "checkrgdcreationsimpledeployments",
      singular: "checkrgdcreationsimpledeployment",
    };
    assert.deepEqual(metadata.labels, {
      "kro.run/kro-version": "devel",
      "kro.run/owned": "true",
      "kro.run/resource-graph-definition-id": rgd.metadata.uid,
      "kro.run/resource-graph-definition-name": rgd.metadata.name,
    });
    assert.deepEqual([metadata.annotations, metadata.ownerReferences], [undefined, undefined]);
    assert.deepEqual([spec.group, spec.scope, spec.names, spec.conversion], [
      group,
      "Namespaced",
      names,
      { strategy: "None" },
    ]);
    const texts = ["type", "status", "reason", "message", "lastTransitionTime"];
    const conditions = {
      type: "array",
      items: {
        type: "object",
        properties: {
          ...Object.fromEntries(texts.map((name) => [name, { type: "string" }])),
          observedGeneration: { type: "integer" },
        },
      },
    };
    const [version, ...others] = spec.versions;
    const { schema: { openAPIV3Schema: schema }, ...rest } = version;
    assert.deepEqual([others, rest], [[], {
      name: "v1alpha1",
      served: true,
      storage: true,
      subresources: { status: {} },
      additionalPrinterColumns: [
        {
          name: "State",
          type: "string",
          jsonPath: ".status.state",
        },
        {
          name: "Ready",
          type: "string",
          jsonPath: '.status.conditions[?(@.type=="Ready")].status',
        },
        {
          name: "Age",
          type: "date",
          jsonPath: ".metadata.creationTimestamp",
        },
      ],
    }]);
    assert.deepEqual(schema, {
      type: "object",
      properties: {
        apiVersion: { type: "string" },
        kind: { type: "string" },
        metadata: { type: "object" },
        spec: {
          type: "object",
          default: {},
          properties: {
            replicas: { type: "integer", default: 1 },
            image: { type: "string", default: "nginx:latest" },
          },
        },
        status: { type: "object", properties: { conditions, state: { type: "string" } } },
      },
    });
    assert.deepEqual(status.storedVersions, ["v1alpha1"]);

    const revision = await s.cluster.get({
      kind: "GraphRevision.internal.kro.run",
      name: `${rgd.metadata.name}-r00001`,
    });
    assert.deepEqual(revision.spec, {
      revision: 1,
      snapshot: { name: rgd.metadata.name, generation: 1, spec: rgd.spec },
    });
    const hash = revision.metadata.labels["kro.run/graph-revision-hash"];
    assert.match(hash, /^[0-9a-f]{16}$/);
    assert.equal(hash, specHash(rgd.spec));
    assert.equal(condition(revision, "GraphVerified").reason, "Verified");
  },
);

scenario("e2e:check-rgd-deletion", "the CRD survives its RGD", async (s) => {
  const graph = await s.graph({ ...simple, kind: "CheckRGDDeletion" });
  const { uid } = (await s.cluster.get(graph.crd)).metadata;
  await s.cluster.remove(graph.rgd);
  const { metadata } = await s.cluster.get(graph.crd);
  assert.deepEqual([metadata.uid, metadata.deletionTimestamp], [uid, undefined]);
  await s.cluster.delete(graph.crd);
}, { controller: { allowCrdDeletion: false } });
