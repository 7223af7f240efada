/**
 * Computes the size of a schema in which every use of a custom type is expanded. If each type uses the next
 * type twice, the size doubles with every type.
 */
import { partsOf, type Schema } from "../openapi/mod.ts";

/**
 * The maximum number of schemas in an expanded schema. No valid CRD reaches this limit: the API server
 * stores objects of at most 1.5 MiB, and each schema takes at least 16 bytes.
 */
export const MAX_EXPANDED = 100_000;

/**
 * The maximum depth of a schema. The API server accepts only schemas of a smaller depth. A recursion to the
 * maximum depth does not overflow the stack.
 */
const MAX_DEPTH = 1000;

/**
 * Returns the number of schemas in the expanded schema; infinity when the schema is deeper than
 * {@link MAX_DEPTH}.
 *
 * @param known The sizes computed so far, so that the size of a shared schema is computed only once.
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
