/** Tests of the functions that replace values of JSON objects and lists, and share the unchanged ones. */
import assert from "node:assert/strict";
import { copyOf, type JsonObject, mapItems, mapValues } from "../../../src/api/mod.ts";

const double = (value: unknown) => typeof value === "number" ? value * 2 : value as string;

Deno.test("mapValues returns an object with the changed values, and keeps the order of the keys", () => {
  const object = JSON.parse('{"a":"x","__proto__":1,"b":2,"constructor":"y","toString":3}');
  assert.equal(
    JSON.stringify(mapValues(object, double)),
    '{"a":"x","__proto__":2,"b":4,"constructor":"y","toString":6}',
  );
  assert.equal(object.b, 2, "the given object is not changed");
});

Deno.test("mapValues passes each key, and keeps properties that are undefined", () => {
  const object: JsonObject = { a: 1, b: undefined, c: 2 };
  const named = mapValues(object, (value, key) => `${key}${value}`);
  assert.deepEqual(Object.entries(named), [["a", "a1"], ["b", undefined], ["c", "c2"]]);
});

Deno.test("mapValues and mapItems return the given object or list when no value changes", () => {
  const object = { a: "x", b: [1] };
  assert.equal(mapValues(object, (value) => value), object);
  const list = ["x", {}];
  assert.equal(mapItems(list, (item) => item), list);
});

Deno.test("mapItems returns a list of the changed items", () => {
  const list = ["x", 1, "y", 2];
  assert.deepEqual(mapItems<number | string>(list, double), ["x", 2, "y", 4]);
  assert.deepEqual(list, ["x", 1, "y", 2], "the given list is not changed");
});

Deno.test("copyOf copies the properties with the given keys", () => {
  const object: JsonObject = JSON.parse('{"a":1,"__proto__":2,"b":3}');
  assert.equal(JSON.stringify(copyOf(object)), '{"a":1,"__proto__":2,"b":3}');
  assert.equal(JSON.stringify(copyOf(object, ["a", "__proto__"])), '{"a":1,"__proto__":2}');
});
