/** Tests of pruning and checking custom resources by their schema. */
import assert from "node:assert/strict";
import type { Json } from "../../../src/api/mod.ts";
import { pruned, type Schema, violations } from "../../../src/openapi/mod.ts";

Deno.test("violations reports the field, the value and the rule", () => {
  const cases: [Schema, Json, string[]][] = [
    [{ type: "integer" }, 3, []],
    [{ type: "integer" }, 3n, []],
    [{ type: "integer" }, 1.5, ["the object: 1.5 is not of type integer"]],
    [{ type: "string", enum: ["a", "b"] }, "c", ['the object: "c" is not one of "a", "b"']],
    [{ type: "integer", minimum: 2 }, 1, ["the object: 1 is less than the minimum 2"]],
    [{ type: "string", maxLength: 2 }, "abc", ["the object: it has 3 characters, more than 2"]],
    [{ type: "string", minLength: 1 }, "", ["the object: it has 0 characters, fewer than 1"]],
    [{ type: "string" }, null, ["the object: null is not allowed"]],
    [{ type: "string", nullable: true }, null, []],
    [{ "x-kubernetes-int-or-string": true }, "80%", []],
    [{ "x-kubernetes-int-or-string": true }, true, [
      "the object: true is not of type integer or string",
    ]],
    [{ type: "object", required: ["a"] }, {}, ["the object: the required field a is missing"]],
    [{ type: "array", items: { type: "string" } }, ["a", 1], ["[1]: 1 is not of type string"]],
    [{ type: "object", additionalProperties: { type: "boolean" } }, { x: 1 }, [
      "x: 1 is not of type boolean",
    ]],
  ];
  for (const [schema, value, expected] of cases) {
    assert.deepEqual(violations(schema, value), expected, JSON.stringify(schema));
  }
});

Deno.test("pruning removes undeclared fields, except where the schema keeps them", () => {
  const head = {
    apiVersion: "kro.run/v1",
    kind: "Shop",
    metadata: { name: "a", labels: { x: "y" } },
  };
  const schema: Schema = {
    type: "object",
    properties: {
      spec: {
        type: "object",
        properties: {
          list: { type: "array", items: { type: "object", properties: { a: { type: "string" } } } },
          open: { type: "object", "x-kubernetes-preserve-unknown-fields": true },
          map: { type: "object", additionalProperties: { type: "string" } },
        },
      },
    },
  };
  const spec = { list: [{ a: "1", b: "2" }], open: { any: 1 }, map: { k: "v" }, gone: true };
  assert.deepEqual(pruned(schema, { ...head, spec, extra: 1 }), {
    ...head,
    spec: { list: [{ a: "1" }], open: { any: 1 }, map: { k: "v" } },
  });
});

Deno.test("a message contains the value as the caller formats it", () => {
  const properties = {
    word: { type: "string", enum: ["a"] },
    size: { type: "integer", minimum: 3, maximum: 1 },
    list: { type: "array", items: { type: "string" } },
  };
  const found = violations(
    { type: "object", properties },
    { word: "planted", size: 2, list: [4_711] },
    ["spec"],
    () => true,
  );
  assert.deepEqual(found, [
    'spec.word: the value is not one of "a"',
    "spec.size: the value is less than the minimum 3",
    "spec.size: the value is more than the maximum 1",
    "spec.list[0]: the value is not of type string",
  ]);
});
