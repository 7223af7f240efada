/**
 * The task `deno task dependencies [--check]`: writes `docs/dependencies.md`, the list of all npm
 * packages that kro uses. With `--check`, the task fails if the page is outdated or a package breaks
 * a rule.
 */
import { join } from "node:path";
import {
  bundledPackages,
  folderOf,
  idOf,
  installScriptsIn,
  licenseOf,
  manifestIn,
  type Package,
  packagesOf,
  readLock,
  registryFolders,
} from "./packages.ts";

const root = new URL("../..", import.meta.url).pathname;
const page = join(root, "docs/dependencies.md");

/** The reason why kro needs each package that `deno.json` imports. The keys are the names of the packages. */
export const REASONS: Record<string, string> = {
  "@bufbuild/cel-spec": "Tests: the conformance cases of the CEL specification",
  "@kubernetes/client-node":
    "Types and parser of kubeconfig files; the client itself is code of kro",
  "@logtape/logtape": "Structured log",
  "@dagrejs/dagre":
    "Layout of the drawings of `kro graph -o svg` and of the live page, which runs it in the browser",
  "@marcbachmann/cel-js":
    "Parser of CEL; the type checker, evaluator and libraries are code of kro",
  "axe-core": "Tests: checks whether the live page is accessible",
  "commander": "Commands, flags and help of the command line",
  "@seriousme/openapi-schema-validator":
    "Tests: validation of the OpenAPI document of the endpoint",
  "ajv": "Tests: validation of responses against the schemas of the OpenAPI document",
  "ajv-formats": "Tests: formats of strings for `ajv`",
  "fast-check": "Tests: random input that shrinks to the smallest failing case",
  "fflate": "Release: writer of zip archives",
  "hono": "Routes of the HTTP endpoint",
  "js-yaml": "Parser and writer of YAML",
  "nanotar": "Release: writer of tar archives",
  "playwright-core": "Tests: controls Chromium for the tests of the live page",
  "preact":
    "Components of the live page; hono/jsx/dom 4.13 leaves elements of removed components in the document",
  "prom-client": "Metrics in the format of Prometheus",
  "re2js":
    "Regular expressions of RE2, whose time is linear in the input; CEL and patterns of schemas need them",
  "selfsigned": "Tests: certificates of the control plane",
  "typescript": "Tests: parser of TypeScript, for the checks of imports and messages",
};

/**
 * The licenses that a package may have. Before a package with another license is added, a maintainer has to
 * accept the license here.
 */
const ACCEPTED = new Set([
  ...["0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "ISC", "MIT", "PSF-2.0", "Unlicense"],
]);

/** The licenses that only a package outside the bundle may have, because kro does not distribute its code. */
const ACCEPTED_OUTSIDE_BUNDLE = new Set(["MPL-2.0"]);

/** A package of the lock file, with further data that the lock file does not contain. */
export interface Listed extends Package {
  /** The SPDX expression of the license; undefined if it is unknown. */
  license: string | undefined;
  /** Whether code of the package is in the bundle. */
  isBundled: boolean;
  /** The names of the package's install scripts. */
  scripts: string[];
}

/**
 * Returns the license of the package `NAME@VERSION` in the table of a page; undefined if the table has no
 * such row.
 */
export function licenseOnPage(text: string, id: string): string | undefined {
  const at = id.lastIndexOf("@");
  const start = `| \`${id.slice(0, at)}\` | ${id.slice(at + 1)} |`;
  const row = text.split("\n").map((line) => line.replace(/ +/g, " "))
    .find((line) => line.startsWith(start));
  return row?.split("|")[3]?.trim();
}

/**
 * Reads all packages. A package for another platform is missing in Deno's cache. Such a package keeps the
 * license that `docs/dependencies.md` states for the same version.
 */
export async function listed(): Promise<Listed[]> {
  const registries = await registryFolders();
  const bundled = await bundledPackages();
  const text = await Deno.readTextFile(page).catch(() => "");
  return packagesOf(await readLock()).map((each) => {
    const folder = folderOf(each, registries);
    return {
      ...each,
      license: folder ? licenseOf(manifestIn(folder)) : licenseOnPage(text, idOf(each)),
      isBundled: bundled.has(idOf(each)),
      scripts: folder ? installScriptsIn(folder) : [],
    };
  });
}

function isAccepted(license: string, isBundled: boolean): boolean {
  return ACCEPTED.has(license) || (!isBundled && ACCEPTED_OUTSIDE_BUNDLE.has(license));
}

/** Returns a message for each broken rule, such as a license that is not accepted. */
export function faultsOf(
  packages: readonly Listed[],
  reasons: Readonly<Record<string, string>> = REASONS,
): string[] {
  const faults: string[] = [];
  for (const each of packages) {
    const id = idOf(each);
    if (each.license === undefined) {
      faults.push(`${id}: no license known; run \`deno install\`, or replace the package`);
    } else if (!each.license.split(/ AND | OR /).every((one) => isAccepted(one, each.isBundled))) {
      faults.push(`${id}: license ${each.license} is not accepted in deploy/tasks/dependencies.ts`);
    }
    if (each.hasScript || each.scripts.length > 0) {
      const names = each.scripts.length > 0 ? ` (${each.scripts.join(", ")})` : "";
      faults.push(`${id}: has an install script${names}; use a package without one`);
    }
    if (each.isDirect && !reasons[each.name]) {
      faults.push(`${id}: no reason given; add it to REASONS in deploy/tasks/dependencies.ts`);
    }
  }
  const direct = new Set(packages.filter(({ isDirect }) => isDirect).map(({ name }) => name));
  for (const name of Object.keys(reasons)) {
    if (!direct.has(name)) faults.push(`${name}: deno.json does not import it; remove its reason`);
  }
  return faults;
}

/** Returns the content of `docs/dependencies.md`. */
export function pageOf(packages: readonly Listed[]): string {
  const direct = packages.filter(({ isDirect }) => isDirect);
  const indirect = packages.filter(({ isDirect }) => !isDirect);
  const bundled = packages.filter(({ isBundled }) => isBundled);
  const common = (each: Listed) => [
    `\`${each.name}\``,
    each.version,
    each.license ?? "unknown",
    each.isBundled ? "yes" : "no",
  ];
  return `# Dependencies

This page is generated by \`deno task dependencies\` from \`deno.lock\` and the packages themselves.

\`deno.lock\` pins ${packages.length} npm packages with version and SHA-512 hash. Code of ${bundled.length} of them is in
the bundle, and thus in the executables and the image; tests, type checks and builds use the others. kro uses
no package that runs a script when it is installed. CI fails if a package is missing on this page.

The column "bundle" tells whether code of the package is in the bundle.

## Direct dependencies

\`deno.json\` imports these packages.

| package | version | license | bundle | reason |
| --- | --- | --- | --- | --- |
${direct.map((each) => row([...common(each), REASONS[each.name] ?? ""])).join("\n")}

## Indirect dependencies

Other packages import these packages.

| package | version | license | bundle | imported by |
| --- | --- | --- | --- | --- |
${
    indirect.map((each) =>
      row([...common(each), each.requiredBy.map((name) => `\`${name}\``).join(", ")])
    ).join("\n")
  }
`;
}

function row(cells: readonly string[]): string {
  return `| ${cells.join(" | ")} |`;
}

/** Returns the messages of {@link faultsOf}, and a message if `docs/dependencies.md` is outdated. */
export async function problems(): Promise<string[]> {
  const packages = await listed();
  const faults = faultsOf(packages);
  const current = await Deno.readTextFile(page).catch(() => "");
  return current === pageOf(packages)
    ? faults
    : [...faults, "docs/dependencies.md is outdated: run `deno task dependencies`"];
}

if (import.meta.main) {
  if (!Deno.args.includes("--check")) await Deno.writeTextFile(page, pageOf(await listed()));
  const found = await problems();
  for (const fault of found) console.error(fault);
  if (found.length > 0) Deno.exit(1);
}
