/**
 * Tests that functions share the unchanged parts of large objects. Copying an object with 100,000 keys, or
 * copying a default for each of 500,000 list elements, would block the event loop.
 */
import assert from "node:assert/strict";
import type { Json, JsonObject } from "../../../src/api/mod.ts";
import { partOf, type Reads } from "../../../src/cel/mod.ts";
import { type Schema, withDefaults } from "../../../src/openapi/mod.ts";
import { mergePatch } from "../../../src/reconcile/mod.ts";

/** Returns a value whose fields and elements cannot be read or enumerated. */
function unreadable<T extends object>(value: T): T {
  const fail = () => assert.fail("the value was read");
  return new Proxy(value, { get: fail, ownKeys: fail, has: fail, getOwnPropertyDescriptor: fail });
}

const object = (properties: Record<string, Schema>): Schema => ({ type: "object", properties });

Deno.test("withDefaults shares a default among all elements that lack it", () => {
  const limits = { ...object({ perDay: { default: 100 } }), default: { perHour: [1] } };
  const schema = { type: "array", items: object({ limits }) };
  const list: Json[] = Array.from({ length: 3 }, () => ({}));
  const [first, ...others] = withDefaults(schema, list) as { limits: unknown }[];
  assert.deepEqual(first?.limits, { perHour: [1], perDay: 100 });
  for (const other of others) assert.equal(other.limits, first?.limits);
  assert.deepEqual(limits.default, { perHour: [1] }, "the default of the schema is not changed");
});

Deno.test("withDefaults shares one completed object among all empty objects", () => {
  const map = { type: "object", additionalProperties: object({ a: { default: 1 } }) };
  const filled = withDefaults<JsonObject>(map, { x: {}, y: {}, z: { b: 2 } });
  assert.deepEqual(filled, { x: { a: 1 }, y: { a: 1 }, z: { b: 2, a: 1 } });
  assert.equal(filled.x, filled.y);
});

Deno.test("partOf shares one part among all objects that have none of the fields that are read", () => {
  const reads: Reads = new Map([["*", new Map([["a", "whole" as const]])]]);
  const part = partOf({ x: { b: 1 }, y: {}, z: { a: 1, b: 2 } }, reads) as JsonObject;
  assert.deepEqual(part, { x: {}, y: {}, z: { a: 1 } });
  assert.equal(part.x, part.y);
});

Deno.test("withDefaults does not read a value whose schema has no default", () => {
  const free = { type: "object", additionalProperties: { type: "object" } };
  const schema = object({
    size: { default: 1 },
    map: free,
    list: { type: "array", items: free },
    fields: object({ a: free }),
  });
  const value = { map: unreadable({}), list: unreadable([]), fields: unreadable({}) };
  const filled = withDefaults<JsonObject>(schema, value);
  assert.equal(filled.size, 1);
  assert.equal(filled.map, value.map);
});

Deno.test("withDefaults returns a value without a missing default itself", () => {
  const schema = object({ list: { type: "array", items: object({ a: { default: 1 } }) } });
  const value = { list: [{ a: 2 }], other: {} };
  assert.equal(withDefaults(schema, value), value);
});

Deno.test("withDefaults keeps keys that ordinary objects inherit as ordinary keys", () => {
  const map = { type: "object", additionalProperties: object({ a: { default: 1 } }) };
  const given = JSON.parse('{"__proto__":{},"constructor":{},"toString":{"a":2}}');
  assert.equal(
    JSON.stringify(withDefaults(map, given)),
    '{"__proto__":{"a":1},"constructor":{"a":1},"toString":{"a":2}}',
  );
});

Deno.test("a merge patch shares the parts of the target that it does not change", () => {
  const target = { spec: { map: { a: "1" }, size: 1 }, status: { list: [1] } };
  const before = structuredClone(target);
  const patched = mergePatch(target, { spec: { map: { a: "1", c: null }, size: 2 } });
  assert.deepEqual(patched, { ...before, spec: { map: { a: "1" }, size: 2 } });
  assert.equal((patched.spec as JsonObject).map, target.spec.map);
  assert.equal(patched.status, target.status);
  assert.deepEqual(target, before, "the target is not changed");
  assert.equal(mergePatch(target, { spec: { size: 1 }, absent: null }), target);
});

Deno.test("a merge patch replaces a field that is null, and removes it when the patch is null", () => {
  const target = { a: null, b: null };
  assert.deepEqual(mergePatch(target, { a: null, b: { c: null } }), { b: {} });
  assert.deepEqual(mergePatch(1, { a: { b: null } }), { a: {} });
});

Deno.test("a merge patch keeps keys that ordinary objects inherit as ordinary keys", () => {
  const patch = JSON.parse('{"__proto__":{"a":1},"constructor":null}');
  assert.equal(JSON.stringify(mergePatch({ b: 1 }, patch)), '{"b":1,"__proto__":{"a":1}}');
});
