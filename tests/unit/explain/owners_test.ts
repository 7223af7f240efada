/** Tests of the field managers that own the fields of an object. */
import assert from "node:assert/strict";
import fc from "fast-check";
import type { Json, JsonObject, KubeObject } from "../../../src/api/mod.ts";
import { fieldOwners } from "../../../src/explain/mod.ts";

type Path = readonly (string | number)[];

/** Returns the path of the value and of all values below it. */
function pathsIn(value: Json, path: Path = []): Path[] {
  if (typeof value !== "object" || value === null) return [path];
  const keys = Array.isArray(value) ? value.keys() : Object.keys(value);
  return [
    path,
    ...[...keys].flatMap((key) =>
      pathsIn((value as Record<string | number, Json>)[key]!, [...path, key])
    ),
  ];
}

/** Returns the name of a field or list element in `fieldsV1`. */
function keyOf(value: Json, step: string | number): string {
  if (typeof step === "string") return `f:${step}`;
  const element = (value as Json[])[step] as Json;
  if (typeof element !== "object") return `v:${JSON.stringify(element)}`;
  const { name, port } = element as { name: string; port: number };
  return `k:${JSON.stringify({ name, port })}`;
}

/** Returns the field set of these paths of a value. */
function fieldSet(value: Json, paths: readonly Path[]): JsonObject {
  const fields: JsonObject = {};
  for (const path of paths) {
    let [at, below] = [fields, value];
    for (const step of path) {
      at = (at[keyOf(below, step)] ??= {}) as JsonObject;
      below = (below as Record<string | number, Json>)[step]!;
    }
  }
  return fields;
}

function isPrefix(prefix: Path, path: Path): boolean {
  return prefix.every((step, i) => step === path[i]);
}

const name = fc.constantFrom("a", "b", "constructor", "__proto__", "0");
const element = fc.record({ name: fc.string(), port: fc.integer(), "0": fc.string() });
const field: fc.Arbitrary<Json> = fc.oneof(
  fc.string(),
  fc.uniqueArray(fc.oneof(fc.string(), fc.integer())),
  fc.uniqueArray(element, { selector: ({ name, port }) => `${port}${name}` }) as fc.Arbitrary<Json>,
  fc.dictionary(name, fc.dictionary(name, fc.string())) as fc.Arbitrary<Json>,
);

Deno.test("a manager owns its fields, the fields below them, and the values that contain them", () => {
  const cases = fc.record({
    spec: fc.dictionary(name, field),
    picks: fc.array(fc.array(fc.nat()), { maxLength: 3 }),
  });
  fc.assert(fc.property(cases, ({ spec, picks }) => {
    const all = pathsIn(spec).filter((path) => path.length > 0);
    // No field of a manager contains another one, because a field set means only the field itself then.
    const owned = picks.map((numbers) => {
      const some = all.length > 0 ? numbers.map((number) => all[number % all.length]!) : [];
      return some.filter((path) => !some.some((other) => other !== path && isPrefix(path, other)));
    });
    const managedFields = owned.map((paths, i) => ({
      manager: `m${i}`,
      fieldsV1: { "f:spec": { ...paths.length === 0 && { ".": {} }, ...fieldSet(spec, paths) } },
    }));
    const object = { apiVersion: "v1", kind: "A", metadata: { managedFields }, spec } as KubeObject;
    for (const path of all) {
      const expected = owned.flatMap((paths, i) =>
        paths.some((own) => isPrefix(own, path) || isPrefix(path, own)) ? [`m${i}`] : []
      );
      const found = fieldOwners(object, ["spec", ...path]).map(({ manager }) => manager);
      assert.deepEqual(found, expected, path.join("/"));
    }
  }));
});
