/**
 * Tests of the check whether the type of an expression fits the schema of the field to which a template
 * assigns the expression.
 */
import assert from "node:assert/strict";
import { compile, DYN, fits, objectType } from "../../../src/cel/mod.ts";
import type { Schema } from "../../../src/openapi/mod.ts";

const text: Schema = { type: "string" };
const whole: Schema = { type: "integer" };
const env: Schema = {
  type: "object",
  properties: { name: text, value: text, valueFrom: { type: "object", properties: { key: text } } },
};
const container: Schema = {
  type: "object",
  properties: { name: text, image: text, ports: { type: "array", items: whole } },
};
const FIELDS: Readonly<Record<string, Schema | undefined>> = {
  string: text,
  int: whole,
  double: { type: "number" },
  bytes: { type: "string", format: "byte" },
  timestamp: { type: "string", format: "date-time" },
  strings: { type: "array", items: text },
  ints: { type: "array", items: whole },
  "map of strings": { type: "object", additionalProperties: text },
  container,
  containers: { type: "array", items: container },
  env,
  bare: { type: "object" },
  open: { type: "object", properties: { a: text }, "x-kubernetes-preserve-unknown-fields": true },
  quantity: { oneOf: [{ type: "string" }, { type: "number" }] },
  "int or string": { "x-kubernetes-int-or-string": true },
  unknown: undefined,
};

const CASES: readonly [expression: string, field: string, fits: boolean][] = [
  ["'a'", "string", true],
  ["1", "string", false],
  ["'1'", "int", false],
  ["1", "double", false],
  ["1.0", "int", false],
  ["1u", "int", false],
  ["'a'", "bytes", false],
  ["'a'", "timestamp", false],
  ["dyn(1)", "string", true],
  ["optional.of('a')", "string", true],
  ["optional.of(1)", "string", false],
  ["null", "string", false],
  ["null", "ints", false],
  ["null", "container", true],
  ["['a']", "strings", true],
  ["[1]", "strings", false],
  ["[]", "strings", true],
  ["[1, 'a']", "strings", true],
  ["'a'", "strings", false],
  ["{'a': 1}", "strings", true],
  ["{1: 'a'}", "strings", false],
  ["type(1)", "ints", true],
  ["{'a': 'b'}", "map of strings", true],
  ["{'a': 1}", "map of strings", false],
  ["{'a': 1, 'b': 'x'}", "map of strings", true],
  ["{}", "map of strings", true],
  ["{}", "container", false],
  ["{'name': 'a', 'image': 'b'}", "container", false],
  ["[{'name': 'a', 'image': 'b'}]", "containers", false],
  ["{'name': 'a', 'image': 'b', 'ports': [1]}", "container", true],
  ["{'name': 'a', 'value': 'b'}", "env", true],
  ["1", "env", true],
  ["'a'", "bare", true],
  ["{'a': 1}", "bare", true],
  ["s", "bare", false],
  ["s", "open", true],
  ["s.strings", "map of strings", false],
  ["s", "env", false],
  ["s.env", "env", true],
  ["s.strings", "env", true],
  ["s.strings", "map of strings", false],
  ["s.env2", "map of strings", true],
  ["1", "quantity", true],
  ["'1Gi'", "int or string", true],
  ["quantity('1')", "unknown", true],
  ["quantity('1')", "bare", true],
  ["quantity('1')", "map of strings", true],
  ["quantity('1')", "string", false],
];

const s: Schema = {
  type: "object",
  properties: {
    env: { type: "object", properties: { name: text } },
    env2: { type: "object", properties: { name: text, value: text } },
    strings: { type: "array", items: text },
  },
};

for (const [expression, field, expected] of CASES) {
  Deno.test(`${expression} ${expected ? "fits" : "does not fit"} ${field}`, () => {
    const compiled = compile(expression, { variables: { s: objectType("s", s), d: DYN } });
    assert.ok(compiled.ok);
    assert.equal(fits(compiled.program.type, FIELDS[field]).ok, expected);
  });
}

Deno.test("a type that does not fit is reported with both types and the mismatched part", () => {
  const compiled = compile("[{'name': 'a', 'image': 'b'}]", { variables: {} });
  assert.ok(compiled.ok);
  const result = fits(compiled.program.type, FIELDS.containers);
  assert.deepEqual(result, {
    ok: false,
    expected: "list(object.@idx)",
    found: "list(map(string, string))",
    reason: `its elements: the field "ports": expected list(int), found string`,
  });
});
