/** Writes the JSON schema of test files to docs/schemas, for editors. */
import { TEST_FILE_SCHEMA } from "../../src/cli/test/file_schema.ts";

/** The path of the schema, relative to the repository's root. */
export const TEST_SCHEMA_FILE = "docs/schemas/test.json";

/** Returns the content of {@link TEST_SCHEMA_FILE}. */
export function testSchema(): string {
  return JSON.stringify(TEST_FILE_SCHEMA, null, 2) + "\n";
}

if (import.meta.main) {
  const file = new URL(`../../${TEST_SCHEMA_FILE}`, import.meta.url);
  await Deno.writeTextFile(file, testSchema());
}
