/** Writes the JSON Schema of ResourceGraphDefinitions to docs/schemas, for editors. */
import { RGD_KIND } from "../../src/api/mod.ts";
import { crdSchema, jsonSchema } from "../../src/explain/mod.ts";
import { ownCrds } from "../../src/publish/mod.ts";

/** The path of the schema, relative to the repository's root. */
export const SCHEMA_FILE = "docs/schemas/resourcegraphdefinition.json";

/** Returns the content of {@link SCHEMA_FILE}. */
export function rgdSchema(): string {
  const name = `${RGD_KIND.plural}.${RGD_KIND.group}`;
  const crd = ownCrds().find(({ metadata }) => metadata.name === name)!;
  return JSON.stringify(jsonSchema(RGD_KIND, crdSchema(crd)), null, 2) + "\n";
}

if (import.meta.main) {
  const file = new URL(`../../${SCHEMA_FILE}`, import.meta.url);
  await Deno.mkdir(new URL(".", file), { recursive: true });
  await Deno.writeTextFile(file, rgdSchema());
}
