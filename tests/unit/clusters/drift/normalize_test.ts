// Tests of normalized values: values that the API server treats as equal have the same normalized
// form, and different values have different forms.
import assert from "node:assert/strict";
import type { Json } from "../../../../src/api/mod.ts";
import { canonical } from "../../../../src/api/mod.ts";
import { comparable, normalize, quantity } from "../../../../src/clusters/drift/normalize.ts";
import type { Schema } from "../../../../src/openapi/mod.ts";

const same: [Json, Json][] = [
  ["1000m", "1"],
  [1, "1"],
  ["1.50", "1500m"],
  ["0.5", "500m"],
  ["1Gi", "1024Mi"],
  ["1.5Gi", "1536Mi"],
  ["1k", "1000"],
  ["1e3", "1k"],
  ["1E", "1000P"],
  ["1E3", "1000"],
  ["0", "0m"],
  ["-2", "-2000m"],
  ["+3", 3],
  ["1000000000n", "1"],
  [".5", "0.5"],
];
for (const [a, b] of same) {
  Deno.test(`quantity: ${a} equals ${b}`, () => assert.equal(quantity(a), quantity(b)));
}

const different: [Json, Json][] = [["1", "1m"], ["1Ki", "1k"], ["1", "-1"], ["1Gi", "1G"], [
  "1.000000001",
  "1",
]];
for (const [a, b] of different) {
  Deno.test(`quantity: ${a} differs from ${b}`, () => assert.notEqual(quantity(a), quantity(b)));
}

Deno.test("quantity: a value that is not a quantity stays unchanged", () => {
  for (const value of ["", "m", "1 Gi", "abc", "1e9999", true, null]) {
    assert.equal(quantity(value), value);
  }
});

const builtin: Schema = { oneOf: [{ type: "string" }, { type: "number" }] };
const port: Schema = { format: "int-or-string", oneOf: [{ type: "integer" }, { type: "string" }] };
const custom: Schema = {
  "x-kubernetes-int-or-string": true,
  anyOf: [{ type: "integer" }, { type: "string" }],
  pattern:
    "^(\\+|-)?(([0-9]+(\\.[0-9]*)?)|(\\.[0-9]+))(([KMGTPE]i)|[numkMGTPE]|([eE](\\+|-)?(([0-9]+(\\.[0-9]*)?)|(\\.[0-9]+))))?$",
};
const schema: Schema = {
  type: "object",
  properties: {
    limits: { type: "object", additionalProperties: builtin },
    items: { type: "array", items: { type: "object", properties: { size: custom } } },
    port,
    text: { type: "string" },
    open: { type: "object", additionalProperties: true },
  },
};

const forms: { name: string; a: Json; b: Json; equal: boolean }[] = [
  {
    name: "two forms of a built-in quantity",
    a: { limits: { cpu: 1 } },
    b: { limits: { cpu: "1000m" } },
    equal: true,
  },
  {
    name: "two forms of a custom resource's quantity in a list",
    a: { items: [{ size: "1Gi" }] },
    b: { items: [{ size: "1024Mi" }] },
    equal: true,
  },
  { name: "a port by number and one by name", a: { port: 80 }, b: { port: "80" }, equal: false },
  {
    name: "two strings that look like quantities",
    a: { text: "1000m" },
    b: { text: "1" },
    equal: false,
  },
  { name: "a null and an absent field", a: { text: null }, b: {}, equal: true },
  { name: "an empty map and an absent field", a: { open: { deep: {} } }, b: {}, equal: true },
  { name: "an empty string and an absent field", a: { text: "" }, b: {}, equal: false },
  { name: "an empty list and an absent field", a: { items: [] }, b: {}, equal: true },
  {
    name: "a list with an empty element and an empty list",
    a: { items: [{}] },
    b: { items: [] },
    equal: false,
  },
  {
    name: "quantities in unknown fields",
    a: { other: { x: "1k" } },
    b: { other: { x: "1000" } },
    equal: false,
  },
];
for (const { name, a, b, equal } of forms) {
  Deno.test(`normalize: ${name} are ${equal ? "the same" : "different"}`, () => {
    const [left, right] = [normalize(a, schema), normalize(b, schema)];
    assert.equal(canonical(left) === canonical(right), equal);
  });
}

Deno.test("comparable: drops the identity, metadata set by the API server and kro's version label", () => {
  const live: Json = {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: {
      name: "n",
      namespace: "x",
      uid: "u",
      resourceVersion: "1",
      generation: 2,
      labels: { "kro.run/kro-version": "v1", app: "a" },
      finalizers: ["f"],
    },
    data: { a: "1" },
  };
  assert.deepEqual(comparable(live), {
    metadata: { labels: { app: "a" }, finalizers: ["f"] },
    data: { a: "1" },
  });
});
