/** How large a schema becomes when shared types are written out: nested types can double at every level. */
import type { Schema } from "../openapi/mod.ts";

/** More schemas than fit into one object of the API server (1.5 MiB, 16 bytes for the smallest one). */
export const MAX_EXPANDED = 100_000;

/** Deeper than any schema that an API server takes, and than any walk over one can go. */
const MAX_DEPTH = 1000;

/** The number of schemas in the written-out tree, infinite when it is too deep; shared ones are walked once. */
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

/** The schemas directly below one. */
export function partsOf(schema: Schema): Schema[] {
  const parts = Object.values(schema.properties ?? {});
  if (schema.items) parts.push(schema.items);
  if (typeof schema.additionalProperties === "object") parts.push(schema.additionalProperties);
  return parts;
}
