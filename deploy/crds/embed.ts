/**
 * Converts the YAML files in this folder to the file `src/publish/own_crds.json`. kro's executable contains
 * the JSON file, and kro creates its own CRDs from it. Run this script after a change of a YAML file:
 * `deno run -A deploy/crds/embed.ts`.
 */
import { load } from "js-yaml";

const folder = new URL("./", import.meta.url);
const target = new URL("../../src/publish/own_crds.json", import.meta.url);

const names = [...Deno.readDirSync(folder)].map((e) => e.name).filter((n) => n.endsWith(".yaml"));
const crds = names.sort().map((name) => load(Deno.readTextFileSync(new URL(name, folder))));
Deno.writeTextFileSync(target, JSON.stringify(crds, null, 2));
await new Deno.Command(Deno.execPath(), { args: ["fmt", "-q", target.pathname] }).spawn().status;
