import assert from "node:assert/strict";
import type { JsonObject } from "../../../src/api/mod.ts";
import { kindsOf } from "../../../src/graph/mod.ts";
import { configMap, deployment, graphOf, problemsOf, rgd, SPEC } from "./fixtures.ts";

const HTTPBIN = rgd({
  group: "duffy.xyz",
  kind: "HttpbinApp",
  spec: {
    name: 'string | default="httpbin"',
    replicas: "integer | default=1",
    image: 'string | default="docker.io/mccutchen/go-httpbin:v2.15.0"',
  },
  status: {
    deploymentConditions: "${deployment.status.conditions}",
    availableReplicas: "${deployment.status.availableReplicas}",
  },
}, [
  {
    id: "serviceAccount",
    template: {
      apiVersion: "v1",
      kind: "ServiceAccount",
      metadata: { name: "${schema.spec.name}" },
    },
  },
  {
    id: "service",
    template: {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: "${schema.spec.name}" },
      spec: {
        selector: "${deployment.spec.template.metadata.labels}",
        ports: [{ name: "http", port: 8000, targetPort: 8080 }],
      },
    },
  },
  deployment("deployment", {
    replicas: "${schema.spec.replicas}",
    template: {
      metadata: { labels: { app: "${schema.spec.name}" } },
      spec: {
        serviceAccountName: "${serviceAccount.metadata.name}",
        containers: [{ name: "${schema.spec.name}", image: "${schema.spec.image}" }],
      },
    },
  }),
]);

type Versions = {
  versions: { schema: { openAPIV3Schema: { properties: Record<string, JsonObject> } } }[];
};
async function statusSchema(status: JsonObject, resources: unknown[]): Promise<JsonObject> {
  const graph = await graphOf(rgd({ spec: SPEC, status }, resources));
  const { versions } = graph.crd.spec as Versions;
  return versions[0]!.schema.openAPIV3Schema.properties.status!.properties as JsonObject;
}

Deno.test("a compiled graph has the order, dependencies and deletion waves of its resources", async () => {
  const graph = await graphOf(HTTPBIN);
  assert.deepEqual(graph.order, ["serviceAccount", "deployment", "service"]);
  assert.deepEqual([...graph.nodes.keys()], graph.order);
  assert.deepEqual(graph.resources, [
    { id: "deployment", dependencies: [{ id: "serviceAccount" }] },
    { id: "service", dependencies: [{ id: "deployment" }] },
  ]);
  assert.deepEqual([...graph.nodes.values()].map((n) => n.applyOrder), [1, 2, 3]);
});

Deno.test("the fields of a node are its expressions with their paths", async () => {
  const graph = await graphOf(HTTPBIN);
  const fields = graph.nodes.get("deployment")!.fields;
  const account = fields.find((f) => f.path.at(-1) === "serviceAccountName")!;
  assert.deepEqual(account.path, ["spec", "template", "spec", "serviceAccountName"]);
  assert.equal(account.expression.source, "${serviceAccount.metadata.name}");
  assert.deepEqual(account.expression.nodes, ["serviceAccount"]);
});

Deno.test("the generated CRD serves the kind with kro's columns and the spec's default", async () => {
  const { crd, instance } = await graphOf(HTTPBIN);
  assert.equal(crd.metadata.name, "httpbinapps.duffy.xyz");
  assert.deepEqual([instance.plural, instance.namespaced], ["httpbinapps", true]);
  const spec = crd.spec as JsonObject & Versions;
  assert.deepEqual(spec.names, {
    kind: "HttpbinApp",
    listKind: "HttpbinAppList",
    plural: "httpbinapps",
    singular: "httpbinapp",
  });
  const [version] = spec.versions as unknown as [JsonObject & Versions["versions"][0]];
  const columns = version.additionalPrinterColumns as { name: string }[];
  assert.deepEqual(columns.map((c) => c.name), ["State", "Ready", "Age"]);
  assert.deepEqual(version.schema.openAPIV3Schema.properties.spec!.default, {});
});

Deno.test("status types are inferred from the schemas of the referenced objects", async () => {
  const { versions } = (await graphOf(HTTPBIN)).crd.spec as Versions;
  const status = versions[0]!.schema.openAPIV3Schema.properties.status!;
  const properties = status.properties as Record<string, JsonObject>;
  assert.deepEqual(properties.availableReplicas, { type: "integer" });
  const { type, items } = properties.deploymentConditions!;
  const item = items as { type: string; properties: Record<string, JsonObject> };
  assert.deepEqual([type, item.type], ["array", "object"]);
  assert.deepEqual(Object.keys(item.properties).sort(), [
    "lastTransitionTime",
    "lastUpdateTime",
    "message",
    "reason",
    "status",
    "type",
  ]);
  assert.deepEqual(item.properties.status, { type: "string" });
  assert.deepEqual(Object.keys(properties).sort(), [
    "availableReplicas",
    "conditions",
    "deploymentConditions",
    "state",
  ]);
});

const ANY = { "x-kubernetes-preserve-unknown-fields": true };
const STATUS: [string, JsonObject, JsonObject][] = [
  ["bool", { x: "${schema.spec.flag}" }, { x: { type: "boolean" } }],
  ["double", { x: "${schema.spec.ratio}" }, { x: { type: "number" } }],
  ["a string template is a string", { x: "a-${schema.spec.name}" }, { x: { type: "string" } }],
  ["map", { x: "${schema.spec.labels}" }, {
    x: { type: "object", additionalProperties: { type: "string" } },
  }],
  ["timestamp", { x: "${schema.metadata.creationTimestamp}" }, {
    x: { type: "string", format: "date-time" },
  }],
  ["bytes", { x: "${hash.md5(schema.spec.name)}" }, { x: { type: "string", format: "byte" } }],
  ["dyn", { x: "${schema.spec.free.y}" }, { x: ANY }],
  ["unknown fields of an untyped object are preserved", { x: "${schema.spec.free}" }, {
    x: { type: "object", ...ANY },
  }],
  ["nested fields", { a: { b: "${schema.spec.name}", c: "${schema.spec.count}" } }, {
    a: { type: "object", properties: { b: { type: "string" }, c: { type: "integer" } } },
  }],
  ["object elements are merged", {
    a: [{ b: "${schema.spec.name}" }, { c: "${schema.spec.count}" }],
  }, {
    a: {
      type: "array",
      items: { type: "object", properties: { b: { type: "string" }, c: { type: "integer" } } },
    },
  }],
  ["elements of different types have no type", {
    a: ["${schema.spec.name}", "${schema.spec.count}"],
  }, { a: { type: "array", items: ANY } }],
  ["empty objects and lists are left out", { a: {}, b: [], c: "${schema.spec.name}" }, {
    c: { type: "string" },
  }],
  ["a key with dots is one field", { "a.b": "${schema.spec.name}" }, { "a.b": { type: "string" } }],
];
for (const [what, status, expected] of STATUS) {
  Deno.test(`status schema: ${what}`, async () => {
    const { state: _, conditions: __, ...fields } = await statusSchema(status, []);
    assert.deepEqual(fields, expected);
  });
}

Deno.test("status schema: an optional has no type, and its description says why", async () => {
  const { x } = await statusSchema({ x: "${schema.spec.?name}" }, []);
  const { description, ...schema } = x as JsonObject;
  assert.deepEqual(schema, ANY);
  assert.match(String(description), /optional/);
});

Deno.test("status schema: fields have their real names, not the names that CEL escapes", async () => {
  const { meta } = await statusSchema({ meta: "${cm.metadata}" }, [configMap("cm")]);
  const properties = (meta as JsonObject).properties as JsonObject;
  assert.deepEqual(properties.namespace, { type: "string" });
  assert.ok(Object.keys(properties).every((name) => !name.startsWith("__")));
});

Deno.test("compile reports all problems at once, each with its node and path", async () => {
  const problems = await problemsOf(rgd({ spec: { name: "strin" } }, [
    configMap("a", { data: { k: "${serviceAcount.x}" } }),
    { ...configMap("serviceAccount"), readyWhen: ["${serviceAccount.metadat.name == ''}"] },
    { id: "b", template: { apiVersion: "v1", kind: "Nope", metadata: { name: "${c.x}" } } },
    deployment("web", { replicas: "3", selectr: {} }),
  ]));
  const seen = problems.map((p) => `${p.code} ${p.node ?? "-"} ${p.path}`).sort();
  assert.deepEqual(seen, [
    "KIND b template",
    "LITERAL web template.spec.replicas",
    "LITERAL web template.spec.selectr",
    "REF a template.data.k",
    "REF b template.metadata.name",
    "SCHEMA - schema.spec.name",
    "TYPE serviceAccount readyWhen[0]",
  ]);
});

Deno.test("an unknown identifier does not hide other problems in its expression", async () => {
  const cases: [source: string, ...expected: string[]][] = [
    ["${nope.x + schema.spec.nam}", 'identifier "nope"', 'field "nam"'],
    ["${cm.metadata.nam}", "cannot refer to itself", 'field "nam"'],
    ["${each.x + schema.spec.nam}", '"each" exists only in readyWhen', 'field "nam"'],
    ["${runtime.x + schema.spec.nam}", '"runtime" exists only', 'field "nam"'],
    ["${omit() == schema.spec.nam}", "omit() needs the feature gate", 'field "nam"'],
    ["${strin(schema.spec.nam)}", 'function "strin"', 'field "nam"'],
    ["${nope}-${schema.spec.nam}", 'identifier "nope"', 'field "nam"'],
    ["${nope}", 'identifier "nope"'],
  ];
  for (const [source, ...expected] of cases) {
    const found = await problemsOf(rgd({ spec: SPEC }, [configMap("cm", { data: { k: source } })]));
    assert.equal(found.length, expected.length, `${source}: ${JSON.stringify(found)}`);
    expected.forEach((text, i) =>
      assert.ok(found[i]?.message.includes(text), JSON.stringify(found))
    );
  }
});

Deno.test("a problem has its expression, the offset and the nearest name as a hint", async () => {
  const [problem] = await problemsOf(
    rgd({ spec: SPEC }, [
      configMap("config"),
      configMap("b", { data: { "x.y": "a-${schema.spec.name}-${confg.data.k}" } }),
    ]),
  );
  assert.equal(problem!.path, 'template.data["x.y"]');
  assert.equal(problem!.expression!.slice(problem!.offset).startsWith("confg"), true);
  assert.equal(problem!.hint, 'did you mean "config"?');
});

Deno.test("a misspelled template field gets a hint with the correct name", async () => {
  const [problem] = await problemsOf(rgd({ spec: SPEC }, [deployment("web", { replica: 1 })]));
  assert.equal(problem!.hint, 'did you mean "replicas"?');
});

const KINDS: [apiVersion: string, kind: string, hint: string][] = [
  ["v1", "ConfigMpa", 'did you mean "ConfigMap"?'],
  ["apps/v1beta1", "Deployment", 'did you mean apiVersion "apps/v1"?'],
  [
    "example.org/v1",
    "Qwertz",
    "apply its CustomResourceDefinition, or correct apiVersion and kind",
  ],
];
for (const [apiVersion, kind, hint] of KINDS) {
  Deno.test(`an unknown kind gets a hint: ${apiVersion} ${kind}`, async () => {
    const template = { apiVersion, kind, metadata: { name: "a" } };
    const [problem] = await problemsOf(rgd({ spec: SPEC }, [{ id: "a", template }]));
    assert.equal(problem!.hint, hint);
  });
}

Deno.test("the offset of a type problem in a string template is relative to the author's string", async () => {
  const [problem] = await problemsOf(
    rgd({ spec: SPEC }, [configMap("b", { data: { k: "a-${schema.spec.nam}" } })]),
  );
  assert.ok(problem!.offset! >= 4 && problem!.offset! < 20);
});

Deno.test("every dependency cycle is reported, without the nodes that only depend on it", async () => {
  const link = (id: string, to: string) => configMap(id, { data: { k: `\${${to}.data.k}` } });
  const problems = await problemsOf(
    rgd({ spec: SPEC }, [
      link("a", "b"),
      link("b", "a"),
      link("c", "d"),
      link("d", "c"),
      link("e", "a"),
    ]),
  );
  assert.deepEqual(problems.map((p) => p.message.split(": ")[1]), ["a -> b -> a", "c -> d -> c"]);
});

Deno.test("an RGD without resources serves its kind", async () => {
  const graph = await graphOf(rgd({ spec: SPEC }, []));
  assert.deepEqual([graph.order, graph.nodes.size], [[], 0]);
});

Deno.test("kindsOf lists each valid kind once and skips invalid ones", () => {
  const template = (apiVersion: string, kind: string) => ({ template: { apiVersion, kind } });
  const found = kindsOf(rgd({}, [
    template("v1", "ConfigMap"),
    template("v1", "ConfigMap"),
    { externalRef: { apiVersion: "apps/v1", kind: "Deployment" } },
    template("a/b/c", "X"),
    template("v1", "${schema.spec.kind}"),
    template("v1", "../x"),
    null,
    { template: 5 },
  ]));
  assert.deepEqual(found, [
    { group: "", version: "v1", kind: "ConfigMap" },
    { group: "apps", version: "v1", kind: "Deployment" },
  ]);
});
