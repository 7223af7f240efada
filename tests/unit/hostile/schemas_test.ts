/** Tests CRDs whose schemas are nested deeply. */
import assert from "node:assert/strict";
import { gvkKey, type Json, type KubeObject } from "../../../src/api/mod.ts";
import { compile } from "../../../src/graph/mod.ts";
import { kindsOfCrd, withDefaults } from "../../../src/openapi/mod.ts";
import { rgd } from "../graph/fixtures.ts";

/** Returns a CRD of the kind `A` with this schema. */
function crdOf(openAPIV3Schema: Json): KubeObject {
  return {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: "as.example.com" },
    spec: {
      group: "example.com",
      names: { kind: "A", plural: "as" },
      versions: [{ name: "v1", schema: { openAPIV3Schema } }],
    },
  } as unknown as KubeObject;
}

/** Keywords that nest one schema in another. */
const KEYWORDS: Record<string, (below: Json) => Json> = {
  properties: (below) => ({ type: "object", properties: { a: below } }),
  items: (below) => ({ type: "array", items: below }),
  additionalProperties: (below) => ({ type: "object", additionalProperties: below }),
  not: (below) => ({ not: below }),
  anyOf: (below) => ({ anyOf: [below] }),
  allOf: (below) => ({ allOf: [below] }),
};

for (const [keyword, nest] of Object.entries(KEYWORDS)) {
  Deno.test(`a CRD with 4,000 schemas nested by ${keyword} accepts any value below level 256`, () => {
    let schema: Json = { type: "string" };
    for (let level = 0; level < 4_000; level++) schema = nest(schema);
    const [kind] = kindsOfCrd(crdOf({ type: "object", properties: { a: schema } }));
    assert.ok(kind);
    const instance = { apiVersion: "example.com/v1", kind: "A", a: { a: [{ a: "x" }] } };
    assert.deepEqual(withDefaults(kind.schema, instance), instance);
    const definition = rgd({ spec: { name: "string" }, status: { copy: "${deep.a}" } }, [{
      id: "deep",
      template: {
        apiVersion: "example.com/v1",
        kind: "A",
        metadata: { name: "${schema.spec.name}" },
      },
    }]);
    assert.ok("ok" in compile(definition, new Map([[gvkKey(kind), kind]])));
  });
}

Deno.test("the work of reading nested lists of schemas grows linearly with their depth", () => {
  const reads = (depth: number) => {
    let count = 0;
    const leaf = new Proxy({ type: "string" }, {
      get: (target, key) => {
        count++;
        return Reflect.get(target, key);
      },
    });
    let schema: Json = { allOf: [leaf] };
    for (let level = 0; level < depth; level++) schema = { allOf: [schema] };
    kindsOfCrd(crdOf(schema));
    return count;
  };
  assert.equal(reads(100), reads(10));
});
