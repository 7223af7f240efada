/**
 * Tests of foreignChange, which finds a field that another field manager has changed, and the name of this
 * manager.
 */
import assert from "node:assert/strict";
import type { JsonObject, KubeObject, ManagedFieldsEntry } from "../../../../src/api/mod.ts";
import {
  type ForeignChange,
  foreignChange,
} from "../../../../src/clusters/drift/foreign_change.ts";
import type { Schema } from "../../../../src/openapi/mod.ts";

const schema: Schema = {
  type: "object",
  properties: {
    data: { type: "object", additionalProperties: { type: "string" } },
    ports: {
      type: "array",
      "x-kubernetes-list-type": "map",
      "x-kubernetes-list-map-keys": ["port", "protocol"],
      items: {
        type: "object",
        properties: { port: {}, protocol: { type: "string", default: "TCP" }, name: {} },
      },
    },
    args: { type: "array", items: { type: "string" } },
  },
};

const entry = (
  manager: string,
  time: number,
  fieldsV1: JsonObject,
  more: Partial<ManagedFieldsEntry> = {},
): ManagedFieldsEntry => ({
  manager,
  operation: "Update",
  apiVersion: "v1",
  time: `2026-01-01T00:00:0${time}Z`,
  fieldsV1,
  ...more,
});

const ours = entry("kro.run/applyset", 1, { "f:data": {} }, { operation: "Apply" });
const port80 = 'k:{"port":80,"protocol":"TCP"}';

const cases: {
  name: string;
  live: JsonObject;
  desired: JsonObject;
  entries: ManagedFieldsEntry[];
  expected: ForeignChange | undefined;
}[] = [
  {
    name: "a field that another manager added is ignored",
    live: { data: { a: "1", b: "theirs" } },
    desired: { data: { a: "1" } },
    entries: [entry("x", 2, { "f:data": { "f:b": {} } })],
    expected: undefined,
  },
  {
    name: "the field's owner is reported, not the manager that wrote last",
    live: { data: { a: "2" } },
    desired: { data: { a: "1" } },
    entries: [entry("x", 2, { "f:data": { "f:a": {} } }), entry("y", 3, { "f:other": {} })],
    expected: { field: "data.a", manager: "x" },
  },
  {
    name: "of several owners the latest is reported",
    live: { data: { a: "2" } },
    desired: { data: { a: "1" } },
    entries: [
      entry("x", 2, { "f:data": { "f:a": {} } }),
      entry("y", 3, { "f:data": {} }, { subresource: "status" }),
    ],
    expected: { field: "data.a", manager: "y (status)" },
  },
  {
    name: "a removed field has no owner: the manager that wrote last is reported",
    live: { data: {} },
    desired: { data: { a: "1" } },
    entries: [entry("x", 2, { "f:other": {} })],
    expected: { field: "data.a", manager: "x" },
  },
  {
    name: "a removed field with the name of a member that each object inherits has no value",
    live: { data: { b: "2" } },
    desired: { data: { constructor: { a: "1" } } },
    entries: [],
    expected: { field: "data.constructor.a" },
  },
  {
    name: "a list element is reported with its keys",
    live: { ports: [{ port: 80, protocol: "TCP", name: "theirs" }] },
    desired: { ports: [{ port: 80, protocol: "TCP", name: "ours" }] },
    entries: [entry("x", 2, { "f:ports": { [port80]: { "f:name": {} } } })],
    expected: { field: 'ports[port=80,protocol="TCP"].name', manager: "x" },
  },
  {
    name: "a missing list element is reported as a change of the list",
    live: { ports: [{ port: 81 }] },
    desired: { ports: [{ port: 80 }] },
    entries: [entry("x", 2, { "f:ports": { 'k:{"port":81}': {} } })],
    expected: { field: "ports", manager: "x" },
  },
  {
    name: "a changed order is reported as a change of the list",
    live: { ports: [{ port: 81 }, { port: 80 }] },
    desired: { ports: [{ port: 80 }, { port: 81 }] },
    entries: [],
    expected: { field: "ports" },
  },
  {
    name: "a list without keys is reported as one value",
    live: { args: ["a", "c"] },
    desired: { args: ["a", "b"] },
    entries: [entry("x", 2, { "f:args": {} })],
    expected: { field: "args", manager: "x" },
  },
  {
    name:
      "without other managers only the field is reported: a webhook changed it, or kro's own name",
    live: { data: { a: "2" } },
    desired: { data: { a: "1" } },
    entries: [],
    expected: { field: "data.a" },
  },
  {
    name: "managed fields with a key that is nested 300 levels deep",
    live: { ports: [{ port: 80, protocol: "TCP", name: "b" }] },
    desired: { ports: [{ port: 80, name: "a" }] },
    entries: [
      entry("deep", 3, { "f:ports": { [`k:${"[".repeat(300)}${"]".repeat(300)}`]: {} } }),
      entry("x", 2, { "f:ports": { [port80]: { "f:name": {} } } }),
    ],
    expected: { field: 'ports[port=80,protocol="TCP"].name', manager: "x" },
  },
  {
    name: "a changed label is reported with its key",
    live: { metadata: { labels: { a: "2" } } },
    desired: { metadata: { labels: { a: "1" } } },
    entries: [entry("x", 2, { "f:metadata": { "f:labels": { "f:a": {} } } })],
    expected: { field: "metadata.labels.a", manager: "x" },
  },
];

for (const { name, live, desired, entries, expected } of cases) {
  Deno.test(`foreign change: ${name}`, () => {
    const thing = (fields: JsonObject, managedFields: ManagedFieldsEntry[]): KubeObject => ({
      apiVersion: "v1",
      kind: "Thing",
      ...fields,
      metadata: { ...fields.metadata as JsonObject, name: "a", managedFields },
    });
    assert.deepEqual(
      foreignChange(thing(live, [ours, ...entries]), thing(desired, []), schema),
      expected,
    );
  });
}
