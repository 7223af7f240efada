/**
 * Fuzz test of SimpleSchema: any string or JSON value must be transformed to a schema or to
 * problems.
 */
import assert from "node:assert/strict";
import fc from "fast-check";
import type { JsonObject } from "../../../src/api/mod.ts";
import { transform } from "../../../src/simpleschema/mod.ts";
import { bounded, bytes, holds, mutated } from "./fuzz.ts";

const CORPUS = [
  'string | required=true description="a \\"b\\"" pattern="^[a-z]+$"',
  'integer | default=3 minimum=-1 maximum=10 enum="1,2,3"',
  "map[string][]T | default={} immutable=true",
  '[]string | default=["a", "b"] minItems=1 uniqueItems=true validation="self.size() < 3"',
  "float | default=1e3",
];
const TOKENS = [
  "|",
  "=",
  '"',
  "\\",
  "[",
  "]",
  "{",
  "}",
  "map[",
  "[]",
  ",",
  " ",
  "default=",
  "T",
  "0x",
  "NaN",
];

Deno.test("transform never throws for mutated or random field texts", () => {
  holds(fc.oneof(mutated(CORPUS, TOKENS), bytes), 2000, (text) => {
    const result = transform({ field: text }, { T: { x: "string", y: text } });
    assert.ok(result.ok || result.problems.length > 0);
  });
});

Deno.test("transform never throws for any JSON as fields and types", () => {
  holds(fc.tuple(fc.dictionary(fc.string(), fc.jsonValue()), fc.object()), 300, ([spec, types]) => {
    transform(spec as JsonObject, types as JsonObject);
  });
});

const million = (piece: string) => piece.repeat(1_000_000 / piece.length);
const BOMBS: [string, unknown, JsonObject?][] = [
  ["nested lists", million("[]") + "string"],
  ["nested maps", "map[string]".repeat(90_000) + "string"],
  ["an unclosed map", million("map[")],
  ["an unclosed string", 'string | default="' + million("x")],
  ["escapes", 'string | default="' + million("\\")],
  ["a name", million("a")],
  ["markers", million("|")],
  ["digits", "integer | default=" + million("9")],
  ["a default of brackets", "object | default=" + million("[")],
  ["nested objects", deep(100_000)],
  ["types that wrap each other", { a: "T5000" }, wrapping(5000)],
  ["types that double", { a: "T60" }, doubling(60)],
];
for (const [what, field, types] of BOMBS) {
  Deno.test(`transform refuses a huge schema within the time limit: ${what}`, () => {
    const result = bounded(what, () => transform({ field } as JsonObject, types));
    assert.ok(!result.ok && result.problems.every(({ message }) => !message.includes("\n")));
  });
}

Deno.test("names of Object.prototype members are ordinary field and type names", () => {
  const spec = JSON.parse(
    '{"__proto__": "string", "constructor": "T", "toString": "[]constructor"}',
  );
  const types = JSON.parse('{"T": {"__proto__": "integer"}, "constructor": {"a": "boolean"}}');
  const result = transform(spec, types);
  assert.ok(result.ok);
  const names = Object.keys(result.schema.properties ?? {});
  assert.deepEqual(names, ["__proto__", "constructor", "toString"]);
  assert.ok(!transform({ a: "hasOwnProperty" }).ok);
});

function deep(levels: number): JsonObject {
  let value: JsonObject = { a: "string" };
  for (let i = 0; i < levels; i++) value = { a: value };
  return value;
}

function wrapping(levels: number): JsonObject {
  const types: JsonObject = { T0: "string" };
  for (let i = 1; i <= levels; i++) types[`T${i}`] = `[]T${i - 1}`;
  return types;
}

function doubling(levels: number): JsonObject {
  const types: JsonObject = { T0: "string" };
  for (let i = 1; i <= levels; i++) types[`T${i}`] = { a: `T${i - 1}`, b: `T${i - 1}` };
  return types;
}
