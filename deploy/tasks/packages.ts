/**
 * Reads which npm packages kro uses, from `deno.lock`, Deno's package cache and a source map of the bundle.
 */
import { join } from "node:path";

const root = new URL("../..", import.meta.url).pathname;

/** An entry of the object `npm` in `deno.lock`. */
export interface LockEntry {
  /** The hash of the package's archive, as `sha512-BASE64`. */
  integrity: string;
  /** The names of the packages that this package imports, with the version if it is ambiguous. */
  dependencies?: string[];
  /** The names of the packages that this package imports if they are installed. */
  optionalDependencies?: string[];
  /** Whether the package has an install script. */
  scripts?: boolean;
}

/** The parts of `deno.lock` that name npm packages. */
export interface Lock {
  /** The npm packages. The keys are `NAME@VERSION`, followed by the versions of the peer dependencies. */
  npm: Record<string, LockEntry>;
  workspace: { dependencies: string[] };
}

/** The fields of a `package.json` that this module reads. */
export interface Manifest {
  license?: unknown;
  licenses?: unknown;
  scripts?: Record<string, string>;
}

/** An npm package that `deno.lock` pins. */
export interface Package {
  name: string;
  version: string;
  integrity: string;
  /** Whether `deno.json` imports the package. */
  isDirect: boolean;
  /** The names of the packages that import this package, sorted. */
  requiredBy: string[];
  /** Whether the lock file reports an install script. */
  hasScript: boolean;
}

/** Returns name and version of a key such as `@scope/a@1.0.0_peer@2.0.0`. */
function parseKey(key: string): { name: string; version: string } {
  const match = /^(@?[^@]+)@([^_]+)/.exec(key);
  if (!match) throw new Error(`deno.lock: the key "${key}" is not NAME@VERSION`);
  return { name: match[1]!, version: match[2]! };
}

/** Returns the packages of a lock file, sorted by name and version. */
export function packagesOf(lock: Lock): Package[] {
  const direct = new Set(lock.workspace.dependencies.map((each) => each.replace(/^npm:/, "")));
  const packages = new Map<string, Package>();
  for (const [key, { integrity, scripts }] of Object.entries(lock.npm)) {
    const { name, version } = parseKey(key);
    const id = `${name}@${version}`;
    const isDirect = direct.has(id);
    const hasScript = scripts === true;
    packages.set(id, { name, version, integrity, isDirect, requiredBy: [], hasScript });
  }
  for (const [key, { dependencies = [], optionalDependencies = [] }] of Object.entries(lock.npm)) {
    const parent = parseKey(key).name;
    for (const reference of [...dependencies, ...optionalDependencies]) {
      const { name, version } = reference.indexOf("@", 1) < 0
        ? { name: reference, version: undefined }
        : parseKey(reference);
      for (const each of packages.values()) {
        const matches = each.name === name && (version === undefined || each.version === version);
        if (matches && !each.requiredBy.includes(parent)) each.requiredBy.push(parent);
      }
    }
  }
  for (const { requiredBy } of packages.values()) requiredBy.sort();
  const byId = (a: Package, b: Package) => idOf(a) < idOf(b) ? -1 : 1;
  return [...packages.values()].sort(byId);
}

/** Returns `NAME@VERSION` of a package. */
export function idOf({ name, version }: Pick<Package, "name" | "version">): string {
  return `${name}@${version}`;
}

/** Reads the `deno.lock` of this repository. */
export async function readLock(): Promise<Lock> {
  return JSON.parse(await Deno.readTextFile(join(root, "deno.lock")));
}

/** Returns the folders of Deno's package cache, one for each npm registry. */
export async function registryFolders(): Promise<string[]> {
  const { stdout, success } = await new Deno.Command(Deno.execPath(), {
    args: ["info", "--json"],
    cwd: root,
    stderr: "inherit",
  }).output();
  if (!success) throw new Error("deno info failed; its output is above");
  const { npmCache } = JSON.parse(new TextDecoder().decode(stdout)) as { npmCache: string };
  const folders: string[] = [];
  try {
    for await (const { name } of Deno.readDir(npmCache)) folders.push(join(npmCache, name));
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return folders;
}

/** Returns the folder of a package in Deno's package cache, or undefined if it is not cached. */
export function folderOf(
  { name, version }: Pick<Package, "name" | "version">,
  registries: readonly string[],
): string | undefined {
  return registries.map((registry) => join(registry, name, version)).find((folder) => {
    try {
      return Deno.statSync(join(folder, "package.json")).isFile;
    } catch {
      return false;
    }
  });
}

/** Reads the `package.json` in the folder of a package. */
export function manifestIn(folder: string): Manifest {
  return JSON.parse(Deno.readTextFileSync(join(folder, "package.json")));
}

/** Returns the license that a `package.json` declares, or undefined if it declares none. */
export function licenseOf({ license, licenses }: Manifest): string | undefined {
  const typeOf = (value: unknown): string | undefined =>
    typeof value === "string" ? value : (value as { type?: string } | undefined)?.type;
  if (Array.isArray(licenses)) return licenses.map(typeOf).join(" OR ");
  return typeOf(license)?.replace(/^\((.*)\)$/, "$1");
}

/** The scripts of a `package.json` that npm runs when it installs the package. */
const INSTALL_SCRIPTS = ["preinstall", "install", "postinstall"];

/**
 * Returns the names of a cached package's install scripts. npm also compiles a package that contains
 * `binding.gyp`, which counts as the script `binding.gyp`.
 */
export function installScriptsIn(folder: string): string[] {
  const { scripts = {} } = manifestIn(folder);
  const found = INSTALL_SCRIPTS.filter((name) => name in scripts);
  try {
    if (Deno.statSync(join(folder, "binding.gyp")).isFile) found.push("binding.gyp");
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return found;
}

/** Returns `NAME@VERSION` of each package whose code is in the bundle of `main.ts`. */
export async function bundledPackages(): Promise<Set<string>> {
  const dir = await Deno.makeTempDir({ prefix: "kro-bundle-" });
  try {
    const out = join(dir, "kro.js");
    const { success } = await new Deno.Command(Deno.execPath(), {
      args: ["bundle", "--quiet", "--platform", "deno", "-o", out, "main.ts"],
      cwd: root,
      stdout: "inherit",
      stderr: "inherit",
    }).output();
    if (!success) throw new Error("deno bundle failed; its output is above");
    // The bundler writes the path of each module as a comment into the bundle. These comments are read
    // instead of a source map, because a source map does not list modules that are minified already.
    const text = await Deno.readTextFile(out);
    return bundledOf([...text.matchAll(/^ *\/\/ (\S+)$/gm)].map(([, path]) => path!));
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

/** Returns `NAME@VERSION` of each package that the paths of modules name. */
export function bundledOf(sources: readonly string[]): Set<string> {
  const found = new Set<string>();
  for (const source of sources) {
    const match = /\/npm\/[^/]+\/((?:@[^/]+\/)?[^/@]+)\/(\d[^/]*)\//.exec(source);
    if (match) found.add(`${match[1]}@${match[2]}`);
  }
  return found;
}
