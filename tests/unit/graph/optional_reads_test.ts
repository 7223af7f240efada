/**
 * Tests of the warning about an expression that reads an optional field of the instance without
 * checking whether the field exists.
 */
import assert from "node:assert/strict";
import type { JsonObject } from "../../../src/api/mod.ts";
import { optionalReads } from "../../../src/graph/mod.ts";
import { configMap, graphOf, rgd } from "./fixtures.ts";

const SPEC: JsonObject = {
  name: "string | required=true",
  size: "integer",
  sure: "string | required=true",
  given: "string | default=x",
  labels: "map[string]string",
  items: "[]Item | default=[]",
  box: { lid: "string | default=x", key: "string" },
  must: { deep: "string | required=true" },
  free: "object",
  "app-name": "string",
};
const types = { Item: { name: "string | required=true", note: "string" } };
const data = (k: string, id = "cm", more = {}) => ({ ...configMap(id, { data: { k } }), ...more });

async function warnings(resources: unknown[], more: JsonObject = {}) {
  return optionalReads(await graphOf(rgd({ spec: SPEC, types, ...more }, resources)));
}

Deno.test("a warning has its node, path, expression, offset and a remedy", async () => {
  assert.deepEqual(await warnings([data("a-${string(schema.spec.size)}")]), [{
    code: "OPTIONAL",
    node: "cm",
    path: "template.data.k",
    expression: "a-${string(schema.spec.size)}",
    offset: 11,
    message: "schema.spec.size may be absent",
    hint: "give it a default, required=true, or read it as schema.spec.?size",
  }]);
});

const WARNED: [expression: string, ...fields: string[]][] = [
  ["schema.spec.app__dash__name", "schema.spec.app-name"],
  ["schema.spec.box.key", "schema.spec.box.key"],
  ["schema.spec.must.deep", "schema.spec.must"],
  ["schema.spec.labels.a", "schema.spec.labels"],
  ["schema.spec.items.map(i, i.note).join(',')", "i.note"],
  ["has(schema.spec.must.deep) ? 'a' : 'b'", "schema.spec.must"],
  ["has(schema.spec.must) ? schema.spec.box.key : 'b'", "schema.spec.box.key"],
  ["schema.spec.box.key + schema.spec.box.key", "schema.spec.box.key"],
];
for (const [expression, ...fields] of WARNED) {
  Deno.test(`warned of: ${expression}`, async () => {
    const found = await warnings([data(`\${${expression}}`)]);
    assert.deepEqual(found.map((w) => w.message), fields.map((f) => `${f} may be absent`));
  });
}

const SAFE: string[] = [
  "schema.spec.sure",
  "schema.spec.given",
  "schema.spec.box.lid",
  "schema.spec.items.map(i, i.name).join(',')",
  "string(schema.spec.?size.orValue(1))",
  "has(schema.spec.size) ? string(schema.spec.size) : 'none'",
  "schema.spec.?size.hasValue() ? string(schema.spec.size) : 'none'",
  "has(schema.spec.must) ? schema.spec.must.deep : 'none'",
  "schema.spec.?must.?deep.orValue('')",
  "schema.spec.free.x",
  "schema.metadata.name",
  "schema.metadata.labels.a",
];
for (const expression of SAFE) {
  Deno.test(`not warned of: ${expression}`, async () => {
    const found = await warnings([data(`\${${expression}}`)]);
    assert.deepEqual(found.filter((w) => !w.message.includes("spec.free")), []);
  });
}

Deno.test("forEach and its variables are included", async () => {
  const many = {
    ...configMap("many", { data: { k: "${i.note}" } }, { name: "${i.name}" }),
    forEach: [{ i: "${schema.spec.items}" }],
  };
  const listed = {
    ...configMap("listed", {}, { name: "${i}" }),
    forEach: [{ i: "${schema.spec.labels.map(k, k)}" }],
  };
  assert.deepEqual((await warnings([many, listed])).map((w) => [w.path, w.message]), [
    ["template.data.k", "i.note may be absent"],
    ["forEach[0].i", "schema.spec.labels may be absent"],
  ]);
});

Deno.test("a field that includeWhen tests is safe in the node and in its dependents", async () => {
  const guarded = data("${string(schema.spec.size)}", "cm", {
    includeWhen: ["${has(schema.spec.size)}"],
  });
  const dependent = data("${cm.metadata.name + string(schema.spec.size)}", "other");
  const stranger = data("${string(schema.spec.size)}", "stranger");
  const found = await warnings([guarded, dependent, stranger]);
  assert.deepEqual(found.map((w) => w.node), ["stranger"]);
});

Deno.test("the status is left out, where a field that cannot be computed is missing", async () => {
  const status = { size: "${schema.spec.size}" };
  assert.deepEqual(await warnings([configMap("cm")], { status }), []);
});
