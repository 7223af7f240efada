/** Walks linked schemas. */
import type { Schema } from "./schema.ts";

/** The schema of a key: the property's, else that of the map's values; undefined for an unknown key. */
export function child(schema: Schema, key: string): Schema | undefined {
  if (schema.properties && Object.hasOwn(schema.properties, key)) return schema.properties[key];
  const values = schema.additionalProperties;
  return values === true ? {} : values || undefined;
}

/** The schema of an array's elements; undefined when the array's schema does not declare one. */
export function item(schema: Schema): Schema | undefined {
  return schema.items;
}

/**
 * The JSON types that a literal of this schema may have: OpenAPI's type names, or only `any`. Undefined when
 * the schema declares no type; upstream then accepts no literal.
 */
export function acceptedKinds(schema: Schema): readonly string[] | undefined {
  if (schema["x-kubernetes-preserve-unknown-fields"]) return ANY;
  const { type, oneOf, anyOf, additionalProperties } = schema;
  const declared = type || oneOf?.length || anyOf?.length || additionalProperties !== undefined;
  if (!declared) return undefined; // also for int-or-string alone
  if (schema["x-kubernetes-int-or-string"]) return ["string", "integer"];
  const alternatives = [oneOf, anyOf].map(kindsOfBranches).find((kinds) => kinds.length > 0);
  if (alternatives) return alternatives;
  if (type) return [type];
  return additionalProperties ? ANY : undefined;
}

const ANY: readonly string[] = ["any"];

/** The types of `oneOf` or `anyOf` branches; one that only requires or forbids fields means `object`. */
function kindsOfBranches(branches: readonly Schema[] = []): readonly string[] {
  const kinds = branches.flatMap(({ type, required, not }) => [
    ...(required?.length || not ? ["object"] : []),
    ...(type ? [type] : []),
  ]);
  return [...new Set(kinds)];
}
