/** The size of a schema with shared types expanded: nested types can double it at every level. */
import type { Schema } from "../openapi/mod.ts";

/** A limit above the number of schemas in one object of the API server: 1.5 MiB of at least 16 bytes each. */
export const MAX_EXPANDED = 100_000;

/** A limit above the depth of any schema that the API server accepts, and below that of the stack. */
const MAX_DEPTH = 1000;

/**
 * The number of schemas in the expanded tree; infinite when it is too deep.
 *
 * @param known The sizes computed so far: shared schemas are counted without walking them again.
 */
export function expandedSize(
  schema: Schema,
  known: Map<Schema, number> = new Map<Schema, number>(),
  depth = 0,
): number {
  if (depth > MAX_DEPTH) return Infinity;
  const before = known.get(schema);
  if (before !== undefined) return before;
  const size = partsOf(schema).reduce(
    (sum, child) => sum + expandedSize(child, known, depth + 1),
    1,
  );
  known.set(schema, size);
  return size;
}

/** The direct subschemas of a schema. */
export function partsOf(schema: Schema): Schema[] {
  const parts = Object.values(schema.properties ?? {});
  if (schema.items) parts.push(schema.items);
  if (typeof schema.additionalProperties === "object") parts.push(schema.additionalProperties);
  return parts;
}
