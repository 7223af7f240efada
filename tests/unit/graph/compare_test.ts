import assert from "node:assert/strict";
import type { KubeObject } from "../../../src/api/mod.ts";
import { compareCrds } from "../../../src/graph/mod.ts";

type Fields = Record<string, unknown>;
const crd = (spec: Fields, version: Fields = {}, rest: Fields = {}, metadata = {}): KubeObject => ({
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  metadata: { name: "demos.kro.run", ...metadata },
  spec: {
    scope: "Namespaced",
    names: { kind: "Demo", plural: "demos" },
    versions: [{
      name: "v1",
      served: true,
      subresources: { status: {} },
      schema: { openAPIV3Schema: { type: "object", properties: { spec } } },
      ...version,
    }],
    ...rest,
  },
});
const withField = (field: Fields, more: Fields = {}) =>
  crd({ type: "object", properties: { x: field }, ...more });
const string = { type: "string" };
const rule = (text: string) => ({ "x-kubernetes-validations": [{ rule: text, message: "no" }] });

/**
 * Test cases: the name of a change, the CRD before the change, the CRD after the change, and the expected
 * message. A message that begins with `!` stands for a breaking change.
 */
const CASES: [string, KubeObject, KubeObject, string][] = [
  [
    "type",
    withField(string),
    withField({ type: "integer" }),
    "!Type changed from string to integer",
  ],
  [
    "pattern added",
    withField(string),
    withField({ ...string, pattern: "a" }),
    "!Validation pattern a was added",
  ],
  [
    "pattern changed",
    withField({ ...string, pattern: "a" }),
    withField({ ...string, pattern: "b" }),
    "!Validation pattern changed from a to b",
  ],
  [
    "pattern removed",
    withField({ ...string, pattern: "a" }),
    withField(string),
    "Validation pattern a was removed",
  ],
  [
    "minimum raised",
    withField({ type: "integer", minimum: 0 }),
    withField({ type: "integer", minimum: 1 }),
    "!Minimum was increased from 0 to 1",
  ],
  [
    "minimum lowered",
    withField({ type: "integer", minimum: 1 }),
    withField({ type: "integer", minimum: 0 }),
    "Minimum was decreased from 1 to 0",
  ],
  [
    "maximum lowered",
    withField({ type: "integer", maximum: 9 }),
    withField({ type: "integer", maximum: 8 }),
    "!Maximum was decreased from 9 to 8",
  ],
  [
    "maxLength added",
    withField(string),
    withField({ ...string, maxLength: 3 }),
    "!MaxLength constraint 3 was added",
  ],
  [
    "minItems removed",
    withField({ type: "array", items: string, minItems: 1 }),
    withField({ type: "array", items: string }),
    "MinItems constraint 1 was removed",
  ],
  [
    "description",
    withField(string),
    withField({ ...string, description: "d" }),
    "Description was added",
  ],
  [
    "default",
    withField({ ...string, default: "a" }),
    withField({ ...string, default: "b" }),
    "Default value was changed",
  ],
  [
    "enum value removed",
    withField({ ...string, enum: ["a", "b"] }),
    withField({ ...string, enum: ["a"] }),
    '!Enum value "b" was removed',
  ],
  [
    "enum value added",
    withField({ ...string, enum: ["a"] }),
    withField({ ...string, enum: ["a", "b"] }),
    'Enum value "b" was added',
  ],
  [
    "enum of objects with another key order",
    withField({ ...string, enum: [{ a: 1, b: 2 }, "[]", []] }),
    withField({ ...string, enum: [{ b: 2, a: 1 }, [], "[]", "x", "x"] }),
    'Enum value "x" was added',
  ],
  [
    "enum of too many values",
    withField({ ...string, enum: [1] }),
    withField({ ...string, enum: Array.from({ length: 60_000 }, () => 1) }),
    "!Enum was changed",
  ],
  [
    "enum added as a whole",
    withField(string),
    withField({ ...string, enum: ["a"] }),
    '!Enum ["a"] was added',
  ],
  [
    "enum removed as a whole",
    withField({ ...string, enum: ["a"] }),
    withField(string),
    'Enum ["a"] was removed',
  ],
  [
    "map value type",
    withField({ type: "object", additionalProperties: string }),
    withField({ type: "object", additionalProperties: { type: "integer" } }),
    "!Type changed from string to integer",
  ],
  [
    "list element type",
    withField({ type: "array", items: string }),
    withField({ type: "array", items: { type: "integer" } }),
    "!Type changed from string to integer",
  ],
  [
    "validation added",
    withField(string),
    withField({ ...string, ...rule("self == oldSelf") }),
    "!Validation rule self == oldSelf was added",
  ],
  [
    "validation removed",
    withField({ ...string, ...rule("true") }),
    withField(string),
    "Validation rule true was removed",
  ],
  [
    "list type set",
    withField({ type: "array", items: string }),
    withField({ type: "array", items: string, "x-kubernetes-list-type": "set" }),
    "!List type set was added",
  ],
  [
    "list type relaxed",
    withField({ type: "array", items: string, "x-kubernetes-list-type": "set" }),
    withField({ type: "array", items: string }),
    "List type set was removed",
  ],
  [
    "unknown fields pruned",
    withField({ type: "object", "x-kubernetes-preserve-unknown-fields": true }),
    withField({ type: "object" }),
    "!Preserving unknown fields true was removed",
  ],
  [
    "unknown fields kept",
    withField({ type: "object" }),
    withField({ type: "object", "x-kubernetes-preserve-unknown-fields": true }),
    "Preserving unknown fields true was added",
  ],
  [
    "format added",
    withField(string),
    withField({ ...string, format: "date-time" }),
    "!Format date-time was added",
  ],
  [
    "format removed",
    withField({ ...string, format: "date-time" }),
    withField(string),
    "Format date-time was removed",
  ],
  [
    "nullable removed",
    withField({ ...string, nullable: true }),
    withField(string),
    "!Nullable true was removed",
  ],
  [
    "nullable added",
    withField(string),
    withField({ ...string, nullable: true }),
    "Nullable true was added",
  ],
  [
    "property removed",
    withField(string),
    crd({ type: "object", properties: {} }),
    "!Property x was removed",
  ],
  [
    "optional property added",
    crd({ type: "object" }),
    withField(string),
    "Optional property x was added",
  ],
  [
    "required property added",
    crd({ type: "object" }),
    withField(string, { required: ["x"] }),
    "!Required property x was added",
  ],
  [
    "required property with default added",
    crd({ type: "object" }),
    withField({ ...string, default: "" }, { required: ["x"] }),
    "Optional property x was added",
  ],
  [
    "newly required",
    withField(string),
    withField(string, { required: ["x"] }),
    "!Field x is newly required",
  ],
  [
    "no longer required",
    withField(string, { required: ["x"] }),
    withField(string),
    "Field x is no longer required",
  ],
  [
    "version no longer served",
    crd({}),
    crd({}, { served: false }),
    "!Type changed from true to false",
  ],
  ["status subresource", crd({}), crd({}, { subresources: {} }), "!Property status was removed"],
  ["version", crd({}), crd({}, { name: "v2" }), "!Type changed from v1 to v2"],
  [
    "columns",
    crd({}),
    crd({}, { additionalPrinterColumns: [{ name: "A", type: "string", jsonPath: ".a" }] }),
    "Printer columns were changed",
  ],
  [
    "short names",
    crd({}),
    crd({}, {}, { names: { kind: "Demo", plural: "demos", shortNames: ["d"] } }),
    "Names were changed: shortNames",
  ],
  [
    "scope",
    crd({}),
    crd({}, {}, { scope: "Cluster" }),
    "!Scope changed from Namespaced to Cluster",
  ],
  ["label", crd({}), crd({}, {}, {}, { labels: { team: "a" } }), "Metadata was changed: team"],
];
for (const [what, live, desired, expected] of CASES) {
  const breaking = expected.startsWith("!");
  Deno.test(`compareCrds reports a ${breaking ? "breaking" : "compatible"} change: ${what}`, () => {
    const changes = compareCrds(live, desired);
    assert.deepEqual(changes.map((c) => (c.breaking ? "!" : "") + c.text), [expected]);
  });
}

Deno.test("a new message of a validation rule alone does not count as a change", () => {
  const told = (message: string) =>
    withField({ ...string, "x-kubernetes-validations": [{ rule: "self != ''", message }] });
  assert.deepEqual(compareCrds(told("validation failed"), told("must satisfy self != ''")), []);
});

Deno.test("removing the default of a required field is breaking", () => {
  const live = withField({ ...string, default: "a" }, { required: ["x"] });
  const changes = compareCrds(live, withField(string, { required: ["x"] }));
  assert.ok(changes.some((c) => c.breaking && c.text.includes("required field x")));
});

Deno.test("compareCrds ignores fields that the API server normalizes and labels of other writers", () => {
  const column = { name: "A", type: "string", jsonPath: ".a" };
  const live = crd({ type: "object" }, { additionalPrinterColumns: [column] }, {
    names: { kind: "Demo", plural: "demos", shortNames: [] },
  }, { labels: { theirs: "stays" } });
  const desired = crd({ type: "object", required: [] }, {
    additionalPrinterColumns: [{ ...column, priority: 0, description: "" }],
  });
  assert.deepEqual(compareCrds(live, desired), []);
});

Deno.test("removing a version that another writer added is not breaking", () => {
  const live = crd(string);
  const { versions } = live.spec as { versions: Fields[] };
  versions.push({ ...versions[0], name: "v2", storage: false });
  const changes = compareCrds(live, crd(string));
  assert.deepEqual(changes, [
    { path: "version", text: "Version v2 was removed", breaking: false },
  ]);
});

Deno.test("a changed description counts for an author's printer column, but not for kro's own", () => {
  const columns = (name: string, description?: string) =>
    crd(string, {
      additionalPrinterColumns: [{ name, type: "string", jsonPath: ".a", description }],
    });
  assert.deepEqual(compareCrds(columns("State", "The state."), columns("State")), []);
  assert.equal(compareCrds(columns("Mine", "The state."), columns("Mine")).length, 1);
});

Deno.test("a change has the path of its field", () => {
  const item = (type: string) => ({
    type: "array",
    items: { type: "object", properties: { p: { type } } },
  });
  const [change] = compareCrds(withField(item("string")), withField(item("integer")));
  assert.equal(change!.path, "spec.x[].p");
});

Deno.test("replacing a CEL-escaped property name written by upstream with the real name is not breaking", () => {
  const live = crd({
    type: "object",
    properties: { app__dash__name: string, __namespace__: string },
  });
  const desired = crd({ type: "object", properties: { "app-name": string, namespace: string } });
  assert.ok(compareCrds(live, desired).every((c) => !c.breaking));
});
