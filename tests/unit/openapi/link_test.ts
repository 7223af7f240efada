/**
 * Tests of linked OpenAPI documents: references, the keywords next to a reference, recursive
 * schemas and shared schemas.
 */
import assert from "node:assert/strict";
import { type JsonObject, type KindRef, resultOf } from "../../../src/api/mod.ts";
import { type KindInfo, kindsOfDocument, type Schema } from "../../../src/openapi/mod.ts";

const ref = (name: string): JsonObject => ({ $ref: `#/components/schemas/${name}` });
const root = (kind: string, properties: JsonObject): JsonObject => ({
  type: "object",
  description: "dropped",
  properties,
  "x-kubernetes-group-version-kind": [{ group: "example.com", version: "v1", kind }],
});
const resource = (kind: string): KindRef => ({
  group: "example.com",
  version: "v1",
  kind,
  plural: `${kind.toLowerCase()}s`,
  namespaced: true,
});

function link(schemas: Record<string, JsonObject>, ...kinds: string[]): KindInfo[] {
  return resultOf(kindsOfDocument({ components: { schemas } }, kinds.map(resource)));
}

function linked(properties: JsonObject, schemas: Record<string, JsonObject>): Schema["properties"] {
  const [kind] = link({ ...schemas, Root: root("Root", properties) }, "Root");
  return kind!.schema.properties;
}

Deno.test("references are replaced by their targets, merged with sibling keywords", () => {
  const Leaf = { type: "string", description: "dropped", format: "byte" };
  const cases: [string, JsonObject, Schema][] = [
    ["bare", ref("Leaf"), { type: "string", format: "byte" }],
    ["in allOf", { allOf: [ref("Leaf")], description: "dropped" }, {
      type: "string",
      format: "byte",
    }],
    ["with a default", { allOf: [ref("Leaf")], default: "eA==" }, {
      type: "string",
      format: "byte",
      default: "eA==",
    }],
    ["in items", { type: "array", items: ref("Leaf") }, {
      type: "array",
      items: { type: "string", format: "byte" },
    }],
    ["in a map", { type: "object", additionalProperties: { allOf: [ref("Leaf")] } }, {
      type: "object",
      additionalProperties: { type: "string", format: "byte" },
    }],
    ["in an alternative", { oneOf: [ref("Leaf"), { type: "number" }] }, {
      oneOf: [{ type: "string", format: "byte" }, { type: "number" }],
    }],
    ["free-form map", { type: "object", additionalProperties: true }, {
      type: "object",
      additionalProperties: true,
    }],
    ["not in the document", ref("Gone"), { "x-kubernetes-preserve-unknown-fields": true }],
    ["named like a method", ref("constructor"), { "x-kubernetes-preserve-unknown-fields": true }],
  ];
  for (const [name, given, expected] of cases) {
    assert.deepEqual(linked({ f: given }, { Leaf })!.f, expected, name);
  }
});

Deno.test("a property named $ref or allOf is an ordinary property", () => {
  const properties = { $ref: { type: "string" }, allOf: { type: "array", items: ref("Leaf") } };
  assert.deepEqual(linked(properties, { Leaf: { type: "integer" } }), {
    $ref: { type: "string" },
    allOf: { type: "array", items: { type: "integer" } },
  });
});

Deno.test("a recursive schema ends in a bare object, whichever schema is linked first", () => {
  const schemas = {
    A: root("A", { b: ref("B") }),
    B: root("B", { a: ref("A"), self: ref("B") }),
  };
  const object: Schema = { type: "object" };
  const expected: Record<string, Schema["properties"]> = {
    A: { b: { type: "object", properties: { a: object, self: object } } },
    B: { a: { type: "object", properties: { b: object } }, self: object },
  };
  for (const order of [["A", "B"], ["B", "A"]]) {
    for (const { kind, schema } of link(schemas, ...order)) {
      assert.deepEqual(schema.properties, expected[kind], `${kind} of ${order}`);
    }
  }
});

Deno.test("two kinds share the schema object of a common reference", () => {
  const [a, b] = link(
    {
      A: root("A", { spec: ref("Spec") }),
      B: root("B", { spec: { allOf: [ref("Spec")] } }),
      Spec: { type: "object", properties: { x: { type: "string" } } },
    },
    "A",
    "B",
  );
  assert.equal(a!.schema.properties!.spec, b!.schema.properties!.spec);
});

Deno.test("only kinds that both discovery and the document list are returned", () => {
  const core = {
    type: "object",
    "x-kubernetes-group-version-kind": [{ version: "v1", kind: "C" }],
  };
  const schemas = { A: root("A", {}), Hidden: root("Hidden", {}), C: core };
  assert.deepEqual(link(schemas, "A", "Missing").map((k) => [k.kind, k.plural]), [["A", "as"]]);
  const wanted = { ...resource("C"), group: "" };
  const [found] = resultOf(kindsOfDocument({ components: { schemas } }, [wanted]));
  assert.equal(found?.group, "");
  assert.deepEqual(resultOf(kindsOfDocument({}, [resource("A")])), []);
});
