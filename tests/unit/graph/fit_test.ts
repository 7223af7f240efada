/**
 * Tests of the check whether literals and expressions fit the schemas of the template fields that contain
 * them.
 */
import assert from "node:assert/strict";
import type { JsonObject } from "../../../src/api/mod.ts";
import { compiled, configMap, deployment, rgd, SPEC } from "./fixtures.ts";

const one = (...resources: unknown[]) => rgd({ spec: SPEC }, resources);
const pod = (spec: JsonObject) =>
  one(deployment("web", {
    template: {
      metadata: { labels: { app: "demo" } },
      spec: { containers: [{ name: "a", image: "b" }], ...spec },
    },
  }));
const container = (more: JsonObject) => pod({ containers: [{ name: "a", ...more }] });
const template = (apiVersion: string, kind: string, more: JsonObject) =>
  one({ id: "x", template: { apiVersion, kind, metadata: { name: "a" }, ...more } });

const ACCEPTED: [string, unknown][] = [
  ["missing required fields", template("apps/v1", "Deployment", {})],
  ["a value outside the enum", template("v1", "Service", { spec: { type: "Nope" } })],
  [
    "a map literal with a list value for a container",
    pod({
      containers: '${[{"name": "a", "image": schema.spec.name, "ports": []}]}',
    }),
  ],
  [
    "a map of strings for an environment variable",
    container({
      env: ['${{"name": "x", "value": schema.spec.name}}'],
    }),
  ],
  ["a scalar for an object", pod({ securityContext: "${schema.spec.name}" })],
  ["null for an object", pod({ securityContext: "${null}" })],
  ["null as a literal", pod({ volumes: null })],
  ["an empty map for a map", pod({ nodeSelector: "${{}}" })],
  [
    "a free object for an object and for a map",
    pod({
      securityContext: "${schema.spec.free}",
      nodeSelector: "${schema.spec.free}",
    }),
  ],
  ["an int for a quantity", container({ resources: { limits: { cpu: "${schema.spec.count}" } } })],
  [
    "a string template for a quantity",
    container({
      resources: { limits: { memory: "${schema.spec.name}Mi" } },
    }),
  ],
  [
    "an int for int-or-string",
    template("v1", "Service", {
      spec: { ports: [{ port: 80, targetPort: "${schema.spec.count}" }] },
    }),
  ],
  ["a status in a template", template("v1", "Service", { status: { loadBalancer: {} } })],
  [
    "an expression in an apiVersion below the root",
    one(configMap("cm", {}, {
      ownerReferences: [{ apiVersion: "${schema.spec.name}", kind: "a", name: "b", uid: "c" }],
    })),
  ],
  [
    "two adjacent int expressions, which are added, for int-or-string",
    template("v1", "Service", {
      spec: { ports: [{ port: 80, targetPort: "${schema.spec.count}${schema.spec.count}" }] },
    }),
  ],
  ["an unterminated expression, as plain text", one(configMap("cm", { data: { k: "${nope" } }))],
];
for (const [what, definition] of ACCEPTED) {
  Deno.test(`accepted: ${what}`, async () => {
    const result = await compiled(definition);
    assert.ok(result.ok, result.ok ? "" : JSON.stringify(result.problems));
  });
}

const REFUSED: [string, string, unknown][] = [
  [
    "a map of strings for a container, which has list fields",
    "TYPE",
    pod({
      containers: '${[{"name": "a", "image": schema.spec.name}]}',
    }),
  ],
  ["null for a string", "TYPE", pod({ serviceAccountName: "${null}" })],
  ["an empty map for an object", "TYPE", pod({ securityContext: "${{}}" })],
  ["a double for an integer", "TYPE", one(deployment("web", { replicas: "${schema.spec.ratio}" }))],
  [
    "a string for base64 data",
    "TYPE",
    template("v1", "Secret", {
      data: { x: "${schema.spec.name}" },
    }),
  ],
  ["an object for a list", "LITERAL", pod({ volumes: {} })],
  ["a list for an object", "LITERAL", pod({ securityContext: [] })],
  ["a fraction for an integer", "LITERAL", one(deployment("web", { replicas: 1.5 }))],
  ["a boolean for a string", "LITERAL", pod({ serviceAccountName: true })],
  ["a field that metadata does not have", "LITERAL", one(configMap("cm", {}, { nam: "a" }))],
  [
    "the status of the instance",
    "TYPE",
    one(
      configMap("cm", { data: { k: "${schema.status.state}" } }),
    ),
  ],
  [
    "the namespace of a cluster-scoped instance",
    "TYPE",
    rgd({ spec: SPEC, scope: "Cluster" }, [
      configMap("cm", { data: { k: "${schema.metadata.namespace}" } }, { namespace: "x" }),
    ]),
  ],
];
for (const [what, code, definition] of REFUSED) {
  Deno.test(`refused: ${what} [${code}]`, async () => {
    const result = await compiled(definition);
    assert.ok(!result.ok, "the RGD compiles, but should have problems");
    assert.deepEqual(result.problems.map((p) => p.code), [code], JSON.stringify(result.problems));
  });
}

Deno.test("a macro variable with the name of a node does not hide that node in the macro's range", async () => {
  const result = await compiled(one(
    { id: "svc", template: { apiVersion: "v1", kind: "Service", metadata: { name: "a" } } },
    configMap("cm", { data: { k: "${svc.spec.ports.map(svc, svc.name)[0]}" } }),
  ));
  assert.ok(result.ok);
  assert.deepEqual(result.graph.nodes.get("cm")!.dependencies, ["svc"]);
});
