/**
 * Tests of structural defaulting, which must set the same defaults that the API server sets in
 * custom resources.
 */
import assert from "node:assert/strict";
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
