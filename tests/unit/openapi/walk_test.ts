/**
 * Tests of the functions that find the schema of a nested value, and the types of literals that a schema
 * accepts.
 */
import assert from "node:assert/strict";
import { acceptedKinds, type Schema, schemasWithin } from "../../../src/openapi/mod.ts";
import { schemaAt } from "./schema_at.ts";

const text: Schema = { type: "string" };
const number: Schema = { type: "number" };

Deno.test("a path descends into properties, map values and list items", () => {
  const root: Schema = {
    type: "object",
    properties: {
      list: { type: "array", items: { type: "object", properties: { name: text } } },
      map: { type: "object", additionalProperties: number },
      both: { type: "object", properties: { known: text }, additionalProperties: number },
      free: { type: "object", additionalProperties: true },
      closed: { type: "object", additionalProperties: false },
      bare: { type: "object" },
      "a.b": text,
    },
  };
  const cases: [(string | number)[], Schema | undefined][] = [
    [[], root],
    [["list", 3, "name"], text],
    [["list", "name"], undefined],
    [["map", "any"], number],
    [["map", 0], undefined],
    [["both", "known"], text],
    [["both", "other"], number],
    [["free", "x"], {}],
    [["closed", "x"], undefined],
    [["bare", "x", "y"], undefined],
    [["a.b"], text],
    [["toString"], undefined],
  ];
  for (const [path, expected] of cases) {
    assert.deepEqual(schemaAt(root, path), expected, path.join("/"));
  }
});

Deno.test("acceptedKinds uses preserve-unknown, int-or-string, oneOf, anyOf, type, free map, in this order", () => {
  const preserve = { "x-kubernetes-preserve-unknown-fields": true };
  const intOrString = { "x-kubernetes-int-or-string": true };
  const cases: [Schema, readonly string[] | undefined][] = [
    [text, ["string"]],
    [{ ...preserve }, ["any"]],
    [{ ...preserve, type: "object" }, ["any"]],
    [{ ...intOrString, anyOf: [{ type: "integer" }, text] }, ["string", "integer"]],
    [{ ...intOrString }, undefined],
    [{ oneOf: [text, number] }, ["string", "number"]],
    [{ oneOf: [text, number], anyOf: [{ type: "boolean" }], type: "object" }, ["string", "number"]],
    [{ oneOf: [{}], anyOf: [text] }, ["string"]],
    [{ type: "object", oneOf: [{ required: ["a"] }, { required: ["b"] }] }, ["object"]],
    [{ type: "string", anyOf: [{ not: {} }, text, text] }, ["object", "string"]],
    [{ type: "string", oneOf: [{ pattern: "a" }] }, ["string"]],
    [{ additionalProperties: true }, ["any"]],
    [{ additionalProperties: text }, ["any"]],
    [{ additionalProperties: false }, undefined],
    [{ type: "object", additionalProperties: true }, ["object"]],
    [{}, undefined],
    [{ properties: { a: text } }, undefined],
  ];
  for (const [schema, expected] of cases) {
    assert.deepEqual(acceptedKinds(schema), expected, JSON.stringify(schema));
  }
});

Deno.test("each schema within a schema is visited once, also when a schema contains itself", () => {
  const element: Schema = { type: "object" };
  const values: Schema = { type: "array", items: element };
  const root: Schema = { properties: { map: { additionalProperties: values } } };
  element.properties = { root, element };
  assert.deepEqual(
    new Set(schemasWithin(root)),
    new Set([root, root.properties!.map, values, element]),
  );
  assert.equal([...schemasWithin(root)].length, 4);
});
