// Tests of the fingerprints of the fields that kro manages: which values a fingerprint covers, and
// which changes alter it.
import assert from "node:assert/strict";
import {
  canonical,
  type Json,
  type JsonObject,
  type KubeObject,
  type ManagedFieldsEntry,
} from "../../../../src/api/mod.ts";
import {
  desiredValues,
  fingerprint,
  identityOf,
  isFirstWrite,
  project,
} from "../../../../src/clusters/drift/fingerprint.ts";

const container = { name: "a", image: "i", ports: [{ containerPort: 80, protocol: "TCP" }] };

const projections: { name: string; value: Json; fields: JsonObject; expected: Json }[] = [
  {
    name: "a leaf selects the whole value below it",
    value: { spec: { args: ["x", "y"] }, status: {} },
    fields: { "f:spec": { "f:args": {} } },
    expected: { spec: { args: ["x", "y"] } },
  },
  {
    name: "fields that other managers own are left out",
    value: { data: { ours: "1", theirs: "2" } },
    fields: { "f:data": { "f:ours": {} } },
    expected: { data: { ours: "1" } },
  },
  {
    name: "an owned field without a value is null",
    value: { data: {} },
    fields: { "f:data": { "f:ours": {} }, "f:spec": { "f:a": { "f:b": {} } } },
    expected: { data: { ours: null }, spec: { a: { b: null } } },
  },
  {
    name: "list elements are found by their keys and keep the live order",
    value: [{ name: "injected" }, { ...container, imagePullPolicy: "Always" }, { name: "b" }],
    fields: {
      'k:{"name":"b"}': { ".": {}, "f:name": {} },
      'k:{"name":"a"}': {
        ".": {},
        "f:name": {},
        "f:ports": {
          'k:{"containerPort":80,"protocol":"TCP"}': { ".": {}, "f:containerPort": {} },
        },
      },
    },
    expected: [{ name: "a", ports: [{ containerPort: 80 }] }, { name: "b" }],
  },
  {
    name: "an owned element without owned fields is an empty object",
    value: [{ name: "a", x: 1 }],
    fields: { 'k:{"name":"a"}': { ".": {} } },
    expected: [{}],
  },
  {
    name: "set elements are found by value",
    value: ["z", "kro.run/finalizer", "y"],
    fields: { 'v:"y"': {}, 'v:"kro.run/finalizer"': {} },
    expected: ["kro.run/finalizer", "y"],
  },
  {
    name: "list elements are found by index",
    value: ["a", "b"],
    fields: { "i:1": {} },
    expected: ["b"],
  },
  {
    name:
      "an owned field without a value is null, even if each object inherits a member of its name",
    value: { data: {} },
    fields: { "f:data": { "f:constructor": {} } },
    expected: { data: { constructor: null } },
  },
  {
    name: "a scalar where a map was expected is the value",
    value: { spec: 3 },
    fields: { "f:spec": { "f:x": {} } },
    expected: { spec: 3 },
  },
];

for (const { name, value, fields, expected } of projections) {
  Deno.test(`project: ${name}`, () => assert.deepEqual(project(value, fields), expected));
}

const ours: ManagedFieldsEntry = {
  manager: "kro.run/applyset",
  operation: "Apply",
  apiVersion: "v1",
  time: "2026-01-01T00:00:00Z",
  fieldsType: "FieldsV1",
  fieldsV1: { "f:data": { "f:a": {} }, "f:spec": { "f:list": { 'v:"x"': {}, 'v:"y"': {} } } },
};
const other: ManagedFieldsEntry = { ...ours, manager: "kubectl" };

function object(
  data: JsonObject,
  entries: ManagedFieldsEntry[] = [other, ours],
  list = ["x", "y"],
): KubeObject {
  return {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "n", resourceVersion: "7", managedFields: entries },
    data,
    spec: { list },
  };
}

const before = fingerprint(object({ a: "1" }))!;
const changes: { name: string; after: KubeObject; entry: boolean; values: boolean }[] = [
  {
    name: "a field of another manager",
    after: object({ a: "1", b: "2" }),
    entry: true,
    values: true,
  },
  { name: "a field of kro", after: object({ a: "2" }), entry: true, values: false },
  {
    name: "the order of a list of kro",
    after: object({ a: "1" }, [ours], ["y", "x"]),
    entry: true,
    values: false,
  },
  {
    name: "an element of another manager between kro's",
    after: object({ a: "1" }, [ours], ["x", "z", "y"]),
    entry: true,
    values: true,
  },
  {
    name: "the time of kro's apply",
    after: object({ a: "1" }, [{ ...ours, time: "2026-01-01T00:00:01Z" }]),
    entry: false,
    values: true,
  },
  {
    name: "the set of fields that kro owns",
    after: object({ a: "1" }, [{ ...ours, fieldsV1: { "f:data": { "f:a": {} } } }]),
    entry: false,
    values: false,
  },
];

for (const { name, after, entry, values } of changes) {
  Deno.test(`fingerprint: a change of ${name}`, () => {
    const print = fingerprint(after)!;
    assert.deepEqual(
      {
        entry: print.entryHash === before.entryHash,
        values: print.valuesHash === before.valuesHash,
      },
      { entry, values },
    );
  });
}

Deno.test("fingerprint: undefined without managed fields of kro", () => {
  assert.equal(fingerprint(object({ a: "1" }, [other])), undefined);
});

Deno.test("fingerprint: stringData of a Secret applied by upstream is compared as data", () => {
  const secret = (data: Record<string, string>, fieldsV1: JsonObject) => ({
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name: "n", managedFields: [{ ...ours, fieldsV1 }] },
    data,
  });
  const fieldsV1 = { "f:data": { "f:a": {} }, "f:stringData": { "f:b": {} } };
  const desired = { apiVersion: "v1", kind: "Secret", metadata: { name: "n" } };
  const wanted = desiredValues({ ...desired, data: { a: "MQ==", b: "Mg==" } });
  const foreign = { c: "Mw==" };
  const values = (data: Record<string, string>) => fingerprint(secret(data, fieldsV1))!.valuesHash;
  assert.equal(values({ a: "MQ==", b: "Mg==", ...foreign }), wanted);
  assert.notEqual(values({ a: "MQ==", b: "Mw==", ...foreign }), wanted);
});

Deno.test("desiredValues: equals the live fingerprint if exactly the desired fields hold", () => {
  const desired = (extra: JsonObject) => ({
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "n", namespace: "x" },
    data: { a: "1" },
    spec: { list: ["x", "y"] },
    ...extra,
  });
  assert.equal(desiredValues(desired({})), before.valuesHash);
  assert.equal(desiredValues(desired({ status: { a: 1 } })), before.valuesHash);
  assert.notEqual(desiredValues(desired({ status: { a: 1 } }), undefined, true), before.valuesHash);
  assert.notEqual(
    desiredValues(desired({ data: {} })),
    before.valuesHash,
    "kro still owns the field a",
  );
  assert.notEqual(desiredValues(desired({ immutable: true })), before.valuesHash);
});

Deno.test("isFirstWrite: true if kro created the object, false if it is older or has other managers", () => {
  const at = (creationTimestamp: string, entries = [ours]) =>
    isFirstWrite({
      apiVersion: "v1",
      kind: "X",
      metadata: { creationTimestamp, managedFields: entries },
    });
  assert.equal(at("2026-01-01T00:00:00Z"), true);
  assert.equal(at("2025-12-31T23:59:59Z"), true);
  assert.equal(at("2025-12-31T23:00:00Z"), false);
  assert.equal(at("2026-01-01T00:00:00Z", [ours, other]), false);
});

Deno.test("canonical: sorts keys and keeps the order of lists", () => {
  assert.equal(
    canonical({ b: [1, null], a: { d: 1, c: "ä" } }),
    '{"a":{"c":"ä","d":1},"b":[1,null]}',
  );
  assert.notEqual(canonical([1, 2]), canonical([2, 1]));
});

Deno.test("identityOf: differs for 64-bit integers that round to the same number", () => {
  const marks = [2n ** 53n, 2n ** 53n + 1n].map((limit) => identityOf({ spec: { limit } }));
  assert.notEqual(marks[0], marks[1]);
  assert.equal(marks[1], identityOf({ spec: { limit: 2n ** 53n + 1n } }));
});

Deno.test("identityOf: is a short hash for a large value, so that V8 does not retain the whole text", () => {
  const [one, other] = ["x", "y"].map((letter) => identityOf({ data: letter.repeat(100_000) }));
  assert.notEqual(one, other);
  assert.ok(one!.length < 13);
});
