/**
 * Removes absent CEL optionals, such as `schema.spec.?size` of an instance without `size`, from the value of
 * a template's expression, unless the schema of the field allows null.
 */
import { define, isObject, type Json, type JsonObject } from "../api/mod.ts";
import type { FieldPath, Node } from "../graph/mod.ts";
import { allowsNull, child, item, type Schema } from "../openapi/mod.ts";

/**
 * Returns the value of an expression without its absent optionals, or undefined when the whole value is an
 * absent optional. An absent optional has the value null. The null is kept if the field has no schema or the
 * schema allows null. Otherwise the null is removed: if kro applied the null, the API server would reset the
 * field to its default, and kro would take the field from its present field manager.
 *
 * @param at The path of the value in the object of the node.
 * @param absent The paths of absent optionals, below `at`.
 */
export function withoutAbsent(
  node: Node,
  at: FieldPath,
  value: Json | undefined,
  absent: readonly FieldPath[],
): Json | undefined {
  const refused = absent.filter((path) => {
    const schema = schemaAt(node.kind.schema, [...at, ...path]);
    return schema !== undefined && !allowsNull(schema);
  });
  return value === undefined ? value : without(value, refused);
}

function schemaAt(root: Schema, path: FieldPath): Schema | undefined {
  let at: Schema | undefined = root;
  for (const step of path) at = at && (typeof step === "number" ? item(at) : child(at, step));
  return at;
}

/** Returns a copy of the value without the parts at the given paths. */
function without(value: Json, paths: readonly FieldPath[]): Json | undefined {
  if (paths.length === 0) return value;
  if (paths.some((path) => path.length === 0)) return undefined;
  const byStep = Map.groupBy(paths, ([step]) => step!);
  const kept = (step: string | number, below: Json) =>
    without(below, (byStep.get(step) ?? []).map((path) => path.slice(1)));
  if (Array.isArray(value)) {
    return value.map((element, index) => kept(index, element)).filter((v) => v !== undefined);
  }
  if (!isObject(value)) return value;
  const result: JsonObject = {};
  for (const key in value) {
    const below = kept(key, value[key]!);
    if (below !== undefined) define(result, key, below);
  }
  return result;
}
