/** How tests look into a schema. */
import { child, item, type Schema } from "../../../src/openapi/mod.ts";

/** Schema at a path of keys and indices; undefined where the schema says nothing. */
export function schemaAt(schema: Schema, path: readonly (string | number)[]): Schema | undefined {
  let at: Schema | undefined = schema;
  for (const step of path) {
    if (!at) return undefined;
    at = typeof step === "number" ? item(at) : child(at, step);
  }
  return at;
}
