/** Tests that compiling any JSON value as an RGD returns a graph or problems, and never throws. */
import assert from "node:assert/strict";
import fc from "fast-check";
import type { JsonObject, ResourceGraphDefinition } from "../../../src/api/mod.ts";
import { compile, kindsOf } from "../../../src/graph/mod.ts";
import { resolveKinds, snapshotSource } from "../../../src/openapi/mod.ts";
import { compiled, configMap, deployment, rgd, SPEC } from "./fixtures.ts";

const GARBAGE: [string, unknown][] = [
  ["null", null],
  ["a list", []],
  ["no spec", { metadata: { name: "x" } }],
  ["spec of the wrong type", { spec: "x" }],
  ["no schema", { spec: { resources: [] } }],
  ["schema of wrong types", {
    spec: { schema: { kind: 1, apiVersion: [], group: {}, spec: [], status: 5, scope: "x" } },
  }],
  ["resources of wrong types", {
    spec: {
      schema: { kind: "A", apiVersion: "v1" },
      resources: [
        null,
        1,
        {},
        { id: 5 },
        { id: "a", template: 5, readyWhen: 5, includeWhen: [5], forEach: {} },
        { id: "b", externalRef: 5 },
        { id: "c", externalRef: { apiVersion: 1, metadata: { name: 5 } } },
      ],
    },
  }],
  ["resources of a type other than list", {
    spec: { schema: { kind: "A", apiVersion: "v1" }, resources: {} },
  }],
  [
    "names of Object.prototype members",
    JSON.parse(`{"spec": {
    "schema": {"kind": "A", "apiVersion": "v1", "status": {"__proto__": "x"}},
    "resources": [{"id": "constructor", "template": {
      "apiVersion": "v1", "kind": "ConfigMap",
      "metadata": {"__proto__": {}, "toString": "\${hasOwnProperty.x}"}}}]}}`),
  ],
  ["deep nesting", { spec: { schema: { kind: "A", apiVersion: "v1", status: deep(100_000) } } }],
];
for (const [what, value] of GARBAGE) {
  Deno.test(`compiling garbage reports problems: ${what}`, async () => {
    const result = await compiled(value);
    assert.ok(!result.ok && result.problems.length > 0);
  });
}

Deno.test("compiling a valid RGD with one value replaced never throws", async () => {
  const valid = rgd({ spec: SPEC, types: { T: "string" }, status: { a: ["${cm.data.k}"] } }, [
    { ...configMap("cm", { data: { k: "v" } }), readyWhen: ["${cm.data.k != ''}"] },
    {
      ...configMap("many", {}, { name: "n-${x}" }),
      forEach: [{ x: "${schema.spec.names}" }],
      includeWhen: ["${schema.spec.flag}"],
    },
    { id: "ext", externalRef: { apiVersion: "v1", kind: "Pod", metadata: { selector: {} } } },
    deployment("web", { replicas: "${schema.spec.count}" }),
  ]);
  const kinds = await resolveKinds(snapshotSource(), kindsOf(valid));
  const places = pathsOf(valid.spec as unknown as JsonObject);
  const value = fc.oneof(
    fc.jsonValue(),
    fc.constantFrom("${", "${}", "${x}", "${cm.data}", "${omit()}", "a${schema}b", "${'", "[]T"),
  );
  fc.assert(
    fc.property(fc.constantFrom(...places), value, (path, replacement) => {
      const changed = structuredClone(valid);
      replaceAt(changed.spec as unknown as JsonObject, path, replacement);
      kindsOf(changed);
      compile(changed as ResourceGraphDefinition, kinds);
    }),
    { numRuns: 300, seed: 7 },
  );
});

function pathsOf(value: unknown, path: string[] = []): string[][] {
  if (typeof value !== "object" || value === null) return [path];
  const below = Object.entries(value).flatMap(([key, v]) => pathsOf(v, [...path, key]));
  return path.length ? [path, ...below] : below;
}

function replaceAt(root: JsonObject, path: string[], value: unknown): void {
  const parent = path.slice(0, -1).reduce<JsonObject>((at, key) => at[key] as JsonObject, root);
  parent[path.at(-1)!] = value as JsonObject;
}

function deep(levels: number): JsonObject {
  let value: JsonObject = {};
  for (let i = 0; i < levels; i++) value = { a: value };
  return value;
}
