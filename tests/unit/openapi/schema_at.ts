/** Finds nested schemas by their path, for tests. */
import { child, item, type Schema } from "../../../src/openapi/mod.ts";

/**
 * Returns the schema at a path of keys and indices; undefined if the schema does not have this
 * path.
 */
export function schemaAt(schema: Schema, path: readonly (string | number)[]): Schema | undefined {
  let at: Schema | undefined = schema;
  for (const step of path) {
    if (!at) return undefined;
    at = typeof step === "number" ? item(at) : child(at, step);
  }
  return at;
}
