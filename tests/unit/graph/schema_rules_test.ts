/** Tests of the evaluation of CEL rules in a CRD's schema (`x-kubernetes-validations`). */
import assert from "node:assert/strict";
import type { Json } from "../../../src/api/mod.ts";
import { SchemaRules } from "../../../src/graph/mod.ts";
import type { Schema } from "../../../src/openapi/mod.ts";

const rule = (rule: string, message = "") => ({
  "x-kubernetes-validations": [{ rule, message }],
});
const integer = { type: "integer" };

Deno.test("each rule is evaluated against the field with its schema", () => {
  const schema: Schema = {
    type: "object",
    properties: {
      min: integer,
      max: integer,
      sizes: { type: "array", items: { ...integer, ...rule("self % 2 == 1", "must be odd") } },
      zones: {
        type: "object",
        additionalProperties: { type: "string", ...rule("self.startsWith('eu-')") },
      },
    },
    ...rule("!has(self.max) || self.min <= self.max", "min must not exceed max"),
  };
  const cases: [Json, string[]][] = [
    [{ min: 1, max: 2, sizes: [1, 3], zones: { a: "eu-1" } }, []],
    [{ min: 3, max: 2 }, ["spec: min must not exceed max"]],
    [{ min: 3 }, []],
    [{ min: 1, sizes: [1, 2] }, ["spec.sizes[1]: must be odd"]],
    [{ min: 1, zones: { a: "us-1" } }, ["spec.zones.a: failed rule: self.startsWith('eu-')"]],
    [{ min: 1, sizes: null }, []],
    [{ max: 1 }, ["spec: min must not exceed max"]],
  ];
  const rules = new SchemaRules(schema);
  for (const [value, expected] of cases) {
    assert.deepEqual(rules.violations(value, ["spec"]), expected, JSON.stringify(value));
  }
});

Deno.test("rules that need the old value, and rules that do not compile, are left out", () => {
  const of = (text: string) => new SchemaRules({ ...integer, ...rule(text) }).violations(1);
  assert.deepEqual(of("self == oldSelf"), []);
  assert.deepEqual(of("self =="), []);
  assert.deepEqual(of("self == 2"), ["the object: failed rule: self == 2"]);
});
