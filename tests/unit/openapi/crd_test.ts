/**
 * Tests of kindsOfCrd, which returns the kinds of a CRD with the same schemas that the API server
 * publishes.
 */
import assert from "node:assert/strict";
import type { JsonObject, KubeObject } from "../../../src/api/mod.ts";
import { kindsOfCrd, objectMetaSchema, tableSource } from "../../../src/openapi/mod.ts";
import { schemaAt } from "./schema_at.ts";

function crd(openAPIV3Schema: JsonObject, spec: JsonObject = {}): KubeObject {
  return {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: "widgets.example.com" },
    spec: {
      group: "example.com",
      scope: "Namespaced",
      names: { kind: "Widget", plural: "widgets" },
      versions: [{ name: "v1", served: true, storage: true, schema: { openAPIV3Schema } }],
      ...spec,
    },
  };
}

const metadata = objectMetaSchema({ namespaced: true });

Deno.test("a CRD has one kind for each served version", () => {
  const version = (name: string, served: boolean) => ({
    name,
    served,
    schema: { openAPIV3Schema: { type: "object" } },
  });
  const versions = [version("v1", true), version("v1beta1", false), version("v1alpha1", true)];
  const kinds = kindsOfCrd(crd({}, { versions, scope: "Cluster" }));
  assert.deepEqual(
    kinds.map(({ schema: _, ...kind }) => kind),
    ["v1", "v1alpha1"].map((version) => ({
      group: "example.com",
      version,
      kind: "Widget",
      plural: "widgets",
      namespaced: false,
    })),
  );
});

Deno.test("apiVersion, kind and metadata are added to the schema, even if the CRD declares them", () => {
  const [kind] = kindsOfCrd(crd({
    type: "object",
    properties: {
      metadata: { type: "object", properties: { name: { type: "string", maxLength: 5 } } },
      spec: {
        type: "object",
        description: "dropped",
        properties: {
          port: {
            anyOf: [{ type: "integer" }, { type: "string" }],
            "x-kubernetes-int-or-string": true,
          },
          free: { type: "object", "x-kubernetes-preserve-unknown-fields": true },
        },
        required: ["port"],
        "x-kubernetes-validations": [{ rule: "true" }],
      },
    },
  }));
  assert.deepEqual(kind!.schema, {
    type: "object",
    properties: {
      apiVersion: { type: "string" },
      kind: { type: "string" },
      metadata,
      spec: {
        type: "object",
        properties: {
          port: {
            anyOf: [{ type: "integer" }, { type: "string" }],
            "x-kubernetes-int-or-string": true,
          },
          free: { type: "object", "x-kubernetes-preserve-unknown-fields": true },
        },
        required: ["port"],
      },
    },
  });
});

Deno.test("embedded resources get apiVersion, kind and metadata at any depth", () => {
  const embedded = {
    type: "object",
    "x-kubernetes-embedded-resource": true,
    "x-kubernetes-preserve-unknown-fields": true,
    required: ["spec"],
  };
  const [kind] = kindsOfCrd(crd({
    type: "object",
    properties: {
      list: { type: "array", items: embedded },
      map: { type: "object", additionalProperties: embedded },
    },
  }));
  for (const path of [["list", 0], ["map", "any"]]) {
    const found = schemaAt(kind!.schema, path);
    assert.deepEqual(found, {
      ...embedded,
      properties: { apiVersion: { type: "string" }, kind: { type: "string" }, metadata },
      required: ["apiVersion", "kind", "spec"],
    });
  }
});

Deno.test("x-kubernetes-int-or-string without types gets an anyOf of integer and string", () => {
  const extension = { "x-kubernetes-int-or-string": true };
  const both = [{ type: "integer" }, { type: "string" }];
  const [kind] = kindsOfCrd(crd({
    type: "object",
    properties: {
      bare: extension,
      any: { ...extension, anyOf: both },
      all: { ...extension, allOf: [{ anyOf: both }] },
    },
  }));
  assert.deepEqual(schemaAt(kind!.schema, ["bare"]), { ...extension, anyOf: both });
  assert.deepEqual(schemaAt(kind!.schema, ["any"]), { ...extension, anyOf: both });
  assert.deepEqual(schemaAt(kind!.schema, ["all"]), { ...extension, allOf: [{ anyOf: both }] });
});

Deno.test("a version without a schema preserves unknown fields", () => {
  const [kind] = kindsOfCrd(crd({}, { versions: [{ name: "v1", served: true }] }));
  assert.equal(kind!.schema["x-kubernetes-preserve-unknown-fields"], true);
});

Deno.test("a malformed CRD has no kinds and does not throw", () => {
  const broken: JsonObject[] = [
    { group: undefined },
    { names: { kind: "Widget" } },
    { versions: undefined },
    { versions: [null, { served: true }] },
  ];
  for (const spec of broken) assert.deepEqual(kindsOfCrd(crd({}, spec)), [], JSON.stringify(spec));
  assert.deepEqual(kindsOfCrd({ ...crd({}), spec: "text" }), []);
});

Deno.test("tableSource resolves only its own kinds, and the last of equal ones", async () => {
  const old = kindsOfCrd(crd({ type: "object" }));
  const [kind] = kindsOfCrd(crd({ type: "object", properties: { spec: { type: "string" } } }));
  const source = tableSource([...old, kind!]);
  const gvk = { group: "example.com", version: "v1", kind: "Widget" };
  assert.equal(await source.resolve(gvk), kind);
  assert.equal(await source.resolve({ ...gvk, version: "v2" }), undefined);
});

Deno.test("kindsOfCrd changes no part of the CRD, and keeps properties with names of inherited members", () => {
  const properties = JSON.parse(
    `{"__proto__": {"type": "string"}, "constructor": {"x-kubernetes-int-or-string": true},
      "embedded": {"type": "object", "x-kubernetes-embedded-resource": true, "required": ["spec"]}}`,
  );
  const crd = {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: "charts.example.com" },
    spec: {
      group: "example.com",
      names: { kind: "Chart", plural: "charts" },
      versions: [{
        name: "v1",
        schema: {
          openAPIV3Schema: { type: "object", properties: { spec: { type: "object", properties } } },
        },
      }],
    },
  };
  const before = JSON.stringify(crd);
  const spec = kindsOfCrd(crd)[0]!.schema.properties!.spec!;
  assert.equal(JSON.stringify(crd), before);
  assert.deepEqual(Object.keys(spec.properties!), ["__proto__", "constructor", "embedded"]);
  assert.deepEqual(Object.getOwnPropertyDescriptor(spec.properties!, "__proto__")?.value, {
    type: "string",
  });
  assert.deepEqual(spec.properties!.constructor, {
    "x-kubernetes-int-or-string": true,
    anyOf: [{ type: "integer" }, { type: "string" }],
  });
  const { required, properties: added } = spec.properties!.embedded!;
  assert.deepEqual(required, ["apiVersion", "kind", "spec"]);
  assert.deepEqual(Object.keys(added!), ["apiVersion", "kind", "metadata"]);
});
