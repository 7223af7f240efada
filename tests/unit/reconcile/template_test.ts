/** Tests that filling a template replaces the fields with expressions, and shares the other parts. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { isObject, type Json, type JsonObject } from "../../../src/api/mod.ts";
import type { Field, FieldPath, Node } from "../../../src/graph/mod.ts";
import { fill } from "../../../src/reconcile/template.ts";

const filled = (template: JsonObject, values: [FieldPath, Json | undefined][]) =>
  fill(
    { template } as unknown as Node,
    values.map(([path, value]) => [{ path } as unknown as Field, value]),
  );

Deno.test("a filled template shares the parts that contain no field", () => {
  const template = { spec: { a: "${x}", b: { c: [1] } }, data: { d: "1" }, list: [["${x}"], [2]] };
  const before = structuredClone(template);
  const object = filled(template, [[["spec", "a"], 1], [["list", 0, 0], "y"]]);
  assert.deepEqual(object, { spec: { a: 1, b: { c: [1] } }, data: { d: "1" }, list: [["y"], [2]] });
  assert.equal((object.spec as JsonObject).b, template.spec.b);
  assert.equal(object.data, template.data);
  assert.equal((object.list as Json[])[1], template.list[1]);
  assert.deepEqual(template, before, "the template is not changed");
});

Deno.test("omitted list elements do not shift the elements of other fields", () => {
  const template = { list: ["${a}", "${b}", "${c}", "d"], map: { a: "${a}", b: "${b}" } };
  const object = filled(template, [
    [["list", 0], undefined],
    [["list", 1], "b"],
    [["list", 2], undefined],
    [["map", "a"], undefined],
    [["map", "b"], "b"],
  ]);
  assert.deepEqual(object, { list: ["b", "d"], map: { b: "b" } });
});

/** The value of the string "${name}" in a random template; undefined for a string that is omitted. */
const valueOf = (text: string): Json | undefined => text === "${none}" ? undefined : [text];

/** Fills a template in the plainest way: a recursive copy in which each string has its value. */
function reference(template: Json): Json | undefined {
  if (typeof template === "string") return valueOf(template);
  if (Array.isArray(template)) {
    return template.map(reference).filter((item): item is Json => item !== undefined);
  }
  if (!isObject(template)) return template;
  const entries = Object.entries(template).map(([key, value]) => [key, reference(value!)]);
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
}

/** Returns the paths of all strings in a template. */
function pathsOf(template: Json): { path: (string | number)[]; text: string }[] {
  if (typeof template === "string") return [{ path: [], text: template }];
  if (typeof template !== "object" || template === null) return [];
  return Object.entries(template).flatMap(([key, below]) => {
    const step = Array.isArray(template) ? Number(key) : key;
    return pathsOf(below!).map(({ path, text }) => ({ path: [step, ...path], text }));
  });
}

Deno.test("fill equals a plain implementation for random templates", () => {
  const key = fc.constantFrom("a", "b", "c", "__proto__", "constructor", "7");
  const { objects } = fc.letrec<{ objects: JsonObject; values: Json }>((tie) => ({
    objects: fc.dictionary(key, tie("values"), { maxKeys: 4, noNullPrototype: true }),
    values: fc.oneof(
      { maxDepth: 5 },
      fc.constantFrom<Json>(null, 1, "${a}", "${b}", "${none}"),
      fc.array(tie("values"), { maxLength: 4 }),
      tie("objects"),
    ),
  }));
  fc.assert(fc.property(objects, (template) => {
    const before = structuredClone(template);
    const values = pathsOf(template).map(({ path, text }): [FieldPath, Json | undefined] => [
      path,
      valueOf(text),
    ]);
    assert.deepEqual(filled(template, values), reference(template));
    assert.deepEqual(template, before, "the template is not changed");
  }));
});
