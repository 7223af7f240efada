/** Lookup of nested schemas by path, for tests. */
import { child, item, type Schema } from "../../../src/openapi/mod.ts";

/** Returns the schema at a path of keys and indices, or undefined if the schema has none there. */
export function schemaAt(schema: Schema, path: readonly (string | number)[]): Schema | undefined {
  let at: Schema | undefined = schema;
  for (const step of path) {
    if (!at) return undefined;
    at = typeof step === "number" ? item(at) : child(at, step);
  }
  return at;
}
