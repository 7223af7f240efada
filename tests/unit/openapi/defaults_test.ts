/**
 * Tests of structural defaulting, which must set the same defaults that the API server sets in
 * custom resources.
 */
import assert from "node:assert/strict";
import fc from "fast-check";
import { isObject, type Json, type JsonObject } from "../../../src/api/mod.ts";
import { type Schema, withDefaults } from "../../../src/openapi/mod.ts";

const schema: Schema = {
  type: "object",
  properties: {
    name: { type: "string", default: "web" },
    limits: {
      type: "object",
      default: {},
      properties: { perDay: { type: "integer", default: 100 } },
    },
    optional: { type: "object", properties: { x: { type: "integer", default: 1 } } },
    list: { type: "array", items: { type: "object", properties: { y: { default: true } } } },
    map: {
      type: "object",
      additionalProperties: { type: "object", properties: { z: { default: 0 } } },
    },
    kept: { type: "string", nullable: true, default: "d" },
  },
};

Deno.test("absent fields get their defaults, also inside a default object", () => {
  assert.deepEqual(withDefaults(schema, {}), { name: "web", limits: { perDay: 100 }, kept: "d" });
});

Deno.test("given values stay, and defaults are filled in inside lists and maps", () => {
  const given = {
    name: "",
    limits: { perDay: 1 },
    optional: {},
    list: [{}],
    map: { a: {} },
    kept: null,
  };
  assert.deepEqual(withDefaults<unknown>(schema, given), {
    name: "",
    limits: { perDay: 1 },
    optional: { x: 1 },
    list: [{ y: true }],
    map: { a: { z: 0 } },
    kept: null,
  });
  assert.deepEqual(given.list, [{}], "the given object is not changed");
});

Deno.test("null counts as absent unless the field is nullable", () => {
  assert.equal(withDefaults<Record<string, unknown>>(schema, { name: null }).name, "web");
});

/** Fills in defaults in the plainest way, with a new object for each object. */
function reference(schema: Schema, value: Json): Json {
  if (Array.isArray(value)) {
    return value.map((item) => schema.items ? reference(schema.items, item) : item);
  }
  if (!isObject(value)) return value;
  const { properties = {}, additionalProperties: others } = schema;
  const complete: JsonObject = { ...value };
  for (const [name, property] of Object.entries(properties)) {
    const isNull = complete[name] === null && !property.nullable;
    if (property.default !== undefined && (isNull || complete[name] === undefined)) {
      complete[name] = structuredClone(property.default);
    }
  }
  for (const [key, field] of Object.entries(complete)) {
    const below = properties[key] ?? (typeof others === "object" ? others : undefined);
    if (below && field !== undefined) complete[key] = reference(below, field);
  }
  return complete;
}

Deno.test("withDefaults equals a plain implementation for random schemas and values", () => {
  const name = fc.constantFrom("a", "b", "c");
  const { values } = fc.letrec<{ values: Json }>((tie) => ({
    values: fc.oneof(
      { maxDepth: 4 },
      fc.constantFrom<Json>(null, 1, "x", {}),
      fc.array(tie("values"), { maxLength: 3 }),
      fc.dictionary(name, tie("values"), { maxKeys: 3, noNullPrototype: true }),
    ),
  }));
  const { schemas } = fc.letrec<{ schemas: Schema }>((tie) => ({
    schemas: fc.record({
      default: values,
      nullable: fc.boolean(),
      properties: fc.dictionary(name, tie("schemas"), { maxKeys: 3, noNullPrototype: true }),
      items: tie("schemas"),
      additionalProperties: tie("schemas"),
    }, { requiredKeys: [], noNullPrototype: true }) as fc.Arbitrary<Schema>,
  }));
  fc.assert(fc.property(schemas, values, (schema, value) => {
    const before = structuredClone([schema, value]);
    assert.deepEqual(withDefaults(schema, value), reference(schema, value));
    assert.deepEqual([schema, value], before, "neither the schema nor the value is changed");
  }));
});
