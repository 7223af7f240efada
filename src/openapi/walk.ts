/** How to walk linked schemas: children, elements, and what a node accepts. */
import type { Schema } from "./schema.ts";

/** Schema of a key: a declared property, else the map's values; undefined when no such key is known. */
export function child(schema: Schema, key: string): Schema | undefined {
  if (schema.properties && Object.hasOwn(schema.properties, key)) return schema.properties[key];
  const values = schema.additionalProperties;
  return values === true ? {} : values || undefined;
}

/** Schema of an array's elements. */
export function item(schema: Schema): Schema | undefined {
  return schema.items;
}

/**
 * JSON types that a literal may have at this node: OpenAPI's type names, or `any` alone.
 * Undefined when the schema does not say: such a node takes no literal.
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

/** Types of the branches; one that only demands or forbids fields speaks of an object. */
function kindsOfBranches(branches: readonly Schema[] = []): readonly string[] {
  const kinds = branches.flatMap(({ type, required, not }) => [
    ...(required?.length || not ? ["object"] : []),
    ...(type ? [type] : []),
  ]);
  return [...new Set(kinds)];
}
