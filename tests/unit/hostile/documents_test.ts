/** Tests OpenAPI documents that a hostile aggregated API server may send. */
import assert from "node:assert/strict";
import { type JsonObject, type KindRef, resultOf } from "../../../src/api/mod.ts";
import { kindsOfDocument, type Schema } from "../../../src/openapi/mod.ts";
import { partsOf } from "../../../src/openapi/walk.ts";

const KIND: KindRef = { group: "a.b", version: "v1", kind: "A", plural: "as", namespaced: true };
const GVK = { "x-kubernetes-group-version-kind": [{ group: "a.b", version: "v1", kind: "A" }] };

/**
 * Returns the schema of the definition `d0` in a document of `count` definitions. `targets` returns the
 * numbers of the definitions that the nth definition refers to. Fails when more than a million references are
 * read.
 */
function linked(count: number, targets: (nth: number) => number[]): Schema {
  let reads = 0;
  const schemas: Record<string, JsonObject> = {};
  for (let nth = 0; nth < count; nth++) {
    const properties: JsonObject = {};
    for (const [at, target] of targets(nth).entries()) {
      const reference = {
        get $ref() {
          if (++reads > 1_000_000) throw new Error("more than 1,000,000 references were read");
          return `#/components/schemas/d${target}`;
        },
      };
      properties[`p${at}`] = reference;
    }
    schemas[`d${nth}`] = { type: "object", properties, ...(nth === 0 && GVK) };
  }
  const [kind] = resultOf(kindsOfDocument({ components: { schemas } }, [KIND]));
  return kind!.schema;
}

/** Returns the number of nested schemas, and the number of schemas if no schema is shared. */
function sizeOf(schema: Schema, sizes = new Map<Schema, { depth: number; size: number }>()) {
  const known = sizes.get(schema);
  if (known) return known;
  const own = { depth: 1, size: 1 };
  for (const part of partsOf(schema)) {
    const { depth, size } = sizeOf(part, sizes);
    own.depth = Math.max(own.depth, 1 + depth);
    own.size += size;
  }
  sizes.set(schema, own);
  return own;
}

Deno.test("definitions that all refer to each other are linked with less than 1,000,000 references", () => {
  for (const count of [10, 12, 20]) {
    const schema = linked(count, () => Array.from({ length: count }, (_, target) => target));
    assert.ok(sizeOf(schema).size < 100_000);
  }
});

Deno.test("a chain of 100,000 definitions is linked to a schema of at most 257 levels", () => {
  const { depth } = sizeOf(linked(100_000, (nth) => [nth + 1]));
  assert.ok(depth > 200 && depth <= 257, `${depth}`);
});

Deno.test("definitions that each refer to the next one twice become at most 100,000 schemas", () => {
  const { size } = sizeOf(linked(60, (nth) => nth < 59 ? [nth + 1, nth + 1] : []));
  assert.ok(size > 1_000 && size <= 100_000, `${size}`);
});

Deno.test("a definition with more than 100,000 values accepts any value", () => {
  const schema = linked(1, () => Array(60_000).fill(0));
  assert.deepEqual(schema, { "x-kubernetes-preserve-unknown-fields": true });
});

Deno.test("values of wrong types in a document are ignored", () => {
  const definition = { ...GVK, properties: { a: { type: 5, oneOf: [null, 3] } } };
  const documents: unknown[] = [
    null,
    "text",
    [],
    { components: null },
    { components: { schemas: [1] } },
    { components: { schemas: { a: null, b: 5, c: { "x-kubernetes-group-version-kind": [5] } } } },
  ];
  for (const document of documents) {
    assert.deepEqual(resultOf(kindsOfDocument(document, [KIND])), []);
  }
  const mixed = { components: { schemas: { a: null, d: definition } } };
  assert.equal(resultOf(kindsOfDocument(mixed, [KIND])).length, 1);
});
