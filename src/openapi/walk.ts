/** Navigates linked schemas: from an object to a field, and from an array to its elements. */
import type { Schema } from "./schema.ts";

/**
 * Returns the schema of the value under a key of an object or map: the schema of the property, otherwise the
 * schema of the map's values. Returns undefined when the schema does not allow the key.
 */
export function child(schema: Schema, key: string): Schema | undefined {
  if (schema.properties && Object.hasOwn(schema.properties, key)) return schema.properties[key];
  const values = schema.additionalProperties;
  return values === true ? {} : values || undefined;
}

/** Returns the schema of an array's elements; undefined when the array's schema does not declare one. */
export function item(schema: Schema): Schema | undefined {
  return schema.items;
}

/** Returns the direct subschemas of a schema: the schemas of its properties, elements and values. */
export function partsOf({ properties, items, additionalProperties: values }: Schema): Schema[] {
  const parts = Object.values(properties ?? {});
  if (items) parts.push(items);
  if (typeof values === "object") parts.push(values);
  return parts;
}

/**
 * Yields a schema and its direct and indirect subschemas. A subschema that occurs several times is yielded
 * once.
 */
export function* schemasWithin(root: Schema): Generator<Schema> {
  // The loop over the set also visits the schemas that are added to the set during the loop, so no recursion
  // is needed.
  const schemas = new Set([root]);
  for (const schema of schemas) {
    yield schema;
    for (const part of partsOf(schema)) schemas.add(part);
  }
}

/**
 * Reports whether the API server keeps null as a value of this schema. Null is kept if the schema is nullable
 * or declares no type. A schema with alternatives, such as the `oneOf` of a quantity, counts as declaring a
 * type.
 */
export function allowsNull(schema: Schema): boolean {
  const { nullable, type, oneOf, anyOf } = schema;
  const isDeclared = type ?? oneOf ?? anyOf ?? schema["x-kubernetes-int-or-string"];
  return nullable === true || isDeclared === undefined;
}

/**
 * Returns the OpenAPI names of the JSON types that a literal value may have in a field of this schema.
 * Returns `["any"]` when every type is allowed. Returns undefined when the schema declares no type, because
 * upstream kro then accepts no literal.
 */
export function acceptedKinds(schema: Schema): readonly string[] | undefined {
  if (schema["x-kubernetes-preserve-unknown-fields"]) return ANY;
  const { type, oneOf, anyOf, additionalProperties } = schema;
  const declared = type || oneOf?.length || anyOf?.length || additionalProperties !== undefined;
  // The keyword `x-kubernetes-int-or-string` alone declares no type.
  if (!declared) return undefined;
  if (schema["x-kubernetes-int-or-string"]) return ["string", "integer"];
  const alternatives = [oneOf, anyOf].map(kindsOfBranches).find((kinds) => kinds.length > 0);
  if (alternatives) return alternatives;
  if (type) return [type];
  return additionalProperties ? ANY : undefined;
}

const ANY: readonly string[] = ["any"];

/**
 * Returns the types that the branches of a `oneOf` or `anyOf` declare. A branch with the keyword `required`
 * or `not` adds the type `object`.
 */
function kindsOfBranches(branches: readonly Schema[] = []): readonly string[] {
  const kinds = branches.flatMap(({ type, required, not }) => [
    ...(required?.length || not ? ["object"] : []),
    ...(type ? [type] : []),
  ]);
  return [...new Set(kinds)];
}
