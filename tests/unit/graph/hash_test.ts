import assert from "node:assert/strict";
import type { RgdSpec } from "../../../src/api/mod.ts";
import { revisionName, specHash } from "../../../src/graph/mod.ts";

const SCHEMA = {
  kind: "Demo",
  apiVersion: "v1alpha1",
  spec: { b: "string", a: "integer | default=1" },
};
const spec = (more: Record<string, unknown>): RgdSpec => ({ schema: SCHEMA, ...more }) as RgdSpec;
const node = (id: string, more = {}) => ({ id, template: { kind: "A", data: { x: 1 } }, ...more });

Deno.test("specHash returns upstream's hash for upstream's test vector", () => {
  assert.equal(specHash(spec({})), "d003abec81a41edb");
});

/**
 * The spec of an RGD with everything that affects its hash: external references, escapes, numbers in several
 * notations, and key order.
 */
const FULL = String
  .raw`{"schema":{"kind":"Demo","apiVersion":"v1","scope":"Cluster","spec":{"é":"string | description=\"a<b>&c\"","10":"integer","9":"float"},"status":{"x":"$\u007ba.metadata.name}"},"additionalPrinterColumns":[{"jsonPath":".x","name":"X","type":"string","priority":1}],"metadata":{"labels":{"b":"1","a":"2"}}},"resources":[{"id":"ext","externalRef":{"kind":"Pod","apiVersion":"v1","metadata":{"name":"p"}}},{"id":"sel","externalRef":{"kind":"Pod","apiVersion":"v1","metadata":{"namespace":"n","selector":{"matchLabels":{"a":"b"}}}}},{"id":"a","includeWhen":["$\u007by}","$\u007bx}"],"forEach":[{"z":"$\u007b[1]}"},{"b":"$\u007b[2]}"}],"template":{"kind":"A","n":1.50,"big":1e21,"small":1e-7,"list":[1,{"b":null,"a":true}]}}]}`;

Deno.test("specHash returns upstream's hash for a spec with every kind of field", () => {
  assert.equal(specHash(JSON.parse(FULL)), "f82fc077547a5836");
});

const SAME: [string, Record<string, unknown>, Record<string, unknown>][] = [
  ["order of resources", { resources: [node("a"), node("b")] }, {
    resources: [node("b"), node("a")],
  }],
  ["order of keys", { resources: [{ id: "a", template: { x: 1, y: 2 } }] }, {
    resources: [{ template: { y: 2, x: 1 }, id: "a" }],
  }],
  ["order of readyWhen", { resources: [node("a", { readyWhen: ["${x}", "${y}"] })] }, {
    resources: [node("a", { readyWhen: ["${y}", "${x}"] })],
  }],
  ["empty and absent lists", { resources: [] }, {}],
  ["defaults", {}, {
    schema: { ...SCHEMA, group: "kro.run", scope: "Namespaced", shortNames: [] },
  }],
];
for (const [what, a, b] of SAME) {
  Deno.test(`specHash does not depend on ${what}`, () => {
    assert.equal(specHash(spec(a)), specHash(spec(b)));
  });
}

const DIFFERENT: [string, Record<string, unknown>, Record<string, unknown>][] = [
  ["order of forEach", { resources: [node("a", { forEach: [{ x: "${1}" }, { y: "${2}" }] })] }, {
    resources: [node("a", { forEach: [{ y: "${2}" }, { x: "${1}" }] })],
  }],
  ["a value in a template", { resources: [node("a")] }, {
    resources: [{ id: "a", template: { kind: "A", data: { x: 2 } } }],
  }],
  ["empty schema metadata", {}, { schema: { ...SCHEMA, metadata: {} } }],
];
for (const [what, a, b] of DIFFERENT) {
  Deno.test(`specHash depends on ${what}`, () => {
    assert.notEqual(specHash(spec(a)), specHash(spec(b)));
  });
}

Deno.test("specHash sorts keys below lists and objects whose own keys are sorted", () => {
  const template = (inner: unknown) => ({ resources: [{ id: "a", template: inner }] });
  const nested = { a: [1, [], { x: [{ p: null, q: "<" }] }], b: {}, z: 2 };
  const unsorted = { a: [1, [], { x: [{ q: "<", p: null }] }], b: {}, z: 2 };
  assert.equal(specHash(spec(template(nested))), specHash(spec(template(unsorted))));
  const indexes = [{ 9: { b: 1, a: 2 }, 10: 1 }, { 10: 1, 9: { a: 2, b: 1 } }];
  assert.equal(specHash(spec(template(indexes[0]))), specHash(spec(template(indexes[1]))));
  assert.notEqual(specHash(spec(template(nested))), specHash(spec(template({ ...nested, z: 3 }))));
});

Deno.test("specHash returns a hash for a spec that is nested too deeply to be compiled", () => {
  const deep = (value: string) => JSON.parse('{"a":'.repeat(9_000) + value + "}".repeat(9_000));
  const [one, two] = [deep("1"), deep("2")].map((data) =>
    specHash(spec({ schema: { ...SCHEMA, types: data } }))
  );
  assert.match(one!, /^[0-9a-f]{16}$/);
  assert.notEqual(one, two);
});

Deno.test("revisionName pads the number to five digits and never truncates it", () => {
  assert.equal(revisionName("demo", 1), "demo-r00001");
  assert.equal(revisionName("demo", 123456), "demo-r123456");
});

Deno.test("revisionName truncates a name over 253 characters and appends the 32-bit FNV-1a of the full name", () => {
  const long = "a".repeat(250);
  const name = revisionName(long, 7);
  assert.equal(name.length, 253);
  assert.match(name, /^a+-r00007-[0-9a-f]{8}$/);
  assert.notEqual(revisionName("b" + long.slice(1), 7).slice(-8), name.slice(-8));
  assert.match(revisionName(".".repeat(250), 7), /^gr-r00007-/);
});
