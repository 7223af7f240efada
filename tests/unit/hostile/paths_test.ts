/**
 * Tests with field names that JavaScript uses itself, such as `__proto__`. kro must treat them as
 * ordinary keys, and must never write to a prototype.
 */
import assert from "node:assert/strict";
import { load } from "js-yaml";
import { define, type KubeObject, setAt, valueAt } from "../../../src/api/mod.ts";
import { mergePatch } from "../../../src/reconcile/memory/patch.ts";
import { fill } from "../../../src/reconcile/template.ts";
import { withValuesOf } from "../../../src/reconcile/volatile.ts";
import { compile, COST_LIMITS, objectType, PassBudget, toCel } from "../../../src/cel/mod.ts";
import { foreignChange } from "../../../src/clusters/drift/foreign_change.ts";
import { refusal } from "../../../src/kube/errors.ts";
import { withDefaults } from "../../../src/openapi/mod.ts";
import { withoutDuplicates } from "../../../src/clusters/renamed_elements.ts";
import type { Field, Node } from "../../../src/graph/mod.ts";
import { world } from "../reconcile/fixtures.ts";

/** Field paths, as lists of keys, with which an assignment could write to a prototype. */
const HOSTILE = [
  ["constructor", "prototype", "deletionTimestamp"],
  ["__proto__", "deletionTimestamp"],
  ["__proto__", "__proto__", "deletionTimestamp"],
  ["toString", "deletionTimestamp"],
  ["hasOwnProperty", "call", "deletionTimestamp"],
  ["valueOf", "constructor", "prototype", "deletionTimestamp"],
  ["list", 0, "constructor", "prototype", "deletionTimestamp"],
] as const;

/** Asserts that no test has added a property to a prototype. */
function assertClean(): void {
  for (const value of [{}, [], () => {}]) {
    assert.equal((value as unknown as Record<string, unknown>).deletionTimestamp, undefined);
  }
}

for (const path of HOSTILE) {
  Deno.test(`the path ${path.join(".")} stays inside its object`, () => {
    const root = {};
    assert.equal(valueAt(root, path), undefined);
    setAt(root, path, "x");
    assert.equal(valueAt(root, path), "x");
    assertClean();
    const fromText = JSON.parse(JSON.stringify(root));
    assert.equal(valueAt(fromText, path), "x");

    const object = { apiVersion: "v1", kind: "A", metadata: {}, ...fromText } as KubeObject;
    define(object, path[0], fromText[path[0]]);
    const volatile = withValuesOf(object, object, [[...path]]);
    assert.equal(valueAt(volatile, path), "x");
    assert.equal(valueAt(withValuesOf(object, {} as KubeObject, [[...path]]), path), undefined);

    const node = { template: fromText } as Node;
    assert.equal(valueAt(fill(node, [[{ path: [...path] } as unknown as Field, "y"]]), path), "y");

    assert.equal(valueAt(mergePatch({}, fromText), path), "x");
    assertClean();
  });
}

Deno.test("paths use neither inherited members nor the length of a list", () => {
  const object = Object.create(Object.freeze({ a: 1 }));
  assert.equal(valueAt(object, ["a"]), undefined);
  define(object, "a", 2);
  assert.equal(valueAt(object, ["a"]), 2);
  assert.equal(valueAt({ list: [1] }, ["list", "length"]), undefined);
  setAt(object, ["list", 2], 1);
  assert.deepEqual(object.list, [null, null, 1]);
});

Deno.test("defaults and merged lists use own properties", () => {
  const properties = { constructor: { type: "object", properties: { a: { default: 1 } } } };
  assert.deepEqual(withDefaults({ type: "object", properties }, {}), {});
  const map = {
    type: "object",
    properties: {},
    additionalProperties: properties.constructor,
  };
  assert.deepEqual(withDefaults(map, { constructor: {} }), { constructor: { a: 1 } });
  const live = {
    apiVersion: "v1",
    kind: "A",
    metadata: {},
    constructor: { prototype: [{ n: 1 }] },
  };
  const list = ["constructor", "prototype"];
  const patch = withoutDuplicates(live as unknown as KubeObject, live as unknown as KubeObject, [
    { list, field: "n" },
  ]);
  assert.deepEqual(patch, { constructor: { prototype: [{ n: 1 }] } });
  assertClean();
  const absent = { apiVersion: "v1", kind: "A", metadata: {} };
  assert.equal(withoutDuplicates(absent, absent, [{ list, field: "n" }]), undefined);
});

for (const name of ["constructor", "toString", "valueOf", "__proto__"]) {
  Deno.test(`a schema with the format ${name} does not change the cost of an expression`, () => {
    const schema = { type: "object", properties: { a: { type: "string", format: name } } };
    const variables = { o: objectType("o", schema) };
    const compiled = compile("lists.range(100).all(x, o.a + o.a != '')", { variables });
    assert.ok(compiled.ok);
    const totals = { evaluations: 0, cost: 0 };
    const values = { o: toCel({ a: "text" }, variables.o) };
    assert.ok(compiled.program.evaluate(values, new PassBudget(COST_LIMITS, totals)).ok);
    assert.ok(totals.cost > 0 && Number.isFinite(totals.cost), `${totals.cost}`);
  });

  Deno.test(`an API error with the reason ${name} gets the reason of its status code`, () => {
    const body = JSON.stringify({ kind: "Status", message: "no", reason: name });
    assert.equal(refusal("GET", 409, body).reason, "Conflict");
  });

  Deno.test(`a list whose merge key is ${name} is compared by own properties`, () => {
    const schema = {
      type: "object",
      properties: { list: { type: "array", "x-kubernetes-list-map-keys": [name] } },
    };
    const object = (value: number) => ({
      apiVersion: "v1",
      kind: "A",
      metadata: {},
      list: [{ value }],
    } as unknown as KubeObject);
    assert.equal(foreignChange(object(1), object(2), schema)?.field, "list[].value");
  });
}

for (
  const field of [
    "constructor: {prototype: {deletionTimestamp: '${schema.spec.x}'}}",
    "__proto__: {deletionTimestamp: '${schema.spec.x}'}",
    "toString: {call: '${schema.spec.x}'}",
    "a: [{constructor: {prototype: {deletionTimestamp: '${schema.spec.x}'}}}]",
  ]
) {
  Deno.test(`a graph with the status {${field}} changes no prototype`, async () => {
    const status = load(`{${field}}`);
    const text = `
schema:
  spec: {x: string | default=x}
  status: ${JSON.stringify(status)}
resources:
  - id: cm
    template:
      apiVersion: v1
      kind: ConfigMap
      metadata: {name: "\${schema.metadata.name}-evil"}
      data: {a: b}`;
    try {
      const made = await world(text);
      made.create({ x: "2020-01-01T00:00:00Z" });
      await made.pass();
    } catch (error) {
      // kro may reject the RGD with these field names, but must not add a property to a prototype.
      assert.ok(error instanceof assert.AssertionError, String(error));
    }
    assertClean();
  });
}
