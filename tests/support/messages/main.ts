/**
 * The command `deno task messages`: writes `docs/messages.md`. With `--check`, only reports whether
 * the page is up to date.
 */
import { join } from "node:path";
import { faultsOf } from "./check.ts";
import { pageOf } from "./page.ts";
import { SECTIONS } from "./table/mod.ts";

const root = new URL("../../..", import.meta.url).pathname;
const page = join(root, "docs/messages.md");

/**
 * Returns the content of each TypeScript file below `folder`. The keys are the paths from the
 * repository's root.
 */
export function readSources(folder = "src"): Map<string, string> {
  const sources = new Map<string, string>();
  for (const { name, isDirectory } of Deno.readDirSync(join(root, folder))) {
    const path = `${folder}/${name}`;
    if (isDirectory) { for (const [each, text] of readSources(path)) sources.set(each, text); }
    else if (name.endsWith(".ts")) sources.set(path, Deno.readTextFileSync(join(root, path)));
  }
  return new Map([...sources].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/**
 * Returns the errors that prevent writing the page, one per line. Without errors, returns a line if the page
 * is outdated, or an empty list.
 */
export function problems(): string[] {
  const faults = faultsOf(readSources());
  if (faults.length > 0) return faults;
  return readPage() === pageOf(SECTIONS)
    ? []
    : ["docs/messages.md differs from its table: run `deno task messages`"];
}

function readPage(): string | undefined {
  try {
    return Deno.readTextFileSync(page);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

if (import.meta.main) {
  if (!Deno.args.includes("--check")) {
    Deno.mkdirSync(join(root, "docs"), { recursive: true });
    Deno.writeTextFileSync(page, pageOf(SECTIONS));
  }
  const faults = problems();
  for (const fault of faults) console.error(fault);
  if (faults.length > 0) Deno.exit(1);
}
