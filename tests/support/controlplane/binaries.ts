// Finds the binaries of the control plane in a given folder, in PATH or in the cache. Missing
// binaries are built with Go or, without Go, downloaded from the projects' releases.
import { build, goVersion } from "./build.ts";
import { download } from "./download.ts";
import { withLock } from "./lock.ts";
import { moduleDir, type Program } from "./parts.ts";
import { copyStages } from "./stages.ts";

/** The binaries of a control plane. The versions of all programs are compatible with each other. */
export interface Binaries {
  /** The path of each program. */
  paths: Partial<Record<Program, string>>;
  /** The paths of kwok's stage files, which define how kwok simulates nodes and pods. */
  stages: string[];
  /** A description of where the binaries come from, for messages. */
  origin: string;
}

/**
 * The options of the search for binaries. Tests use the options to replace parts of the
 * environment.
 */
export interface SearchOptions {
  /** Called with each line of progress. */
  progress: (line: string) => void;
  /** Environment variables; by default those of this process. */
  env?: { get(name: string): string | undefined };
  /**
   * Returns the version of Go, or undefined if Go is not installed. By default, runs `go version`.
   */
  go?: () => Promise<string | undefined>;
  /** Builds all programs into a folder. */
  build?: (into: string, progress: (line: string) => void) => Promise<void>;
  /** Downloads all programs into a folder. */
  download?: (into: string, progress: (line: string) => void) => Promise<void>;
}

/**
 * Finds the `wanted` programs, or obtains them by a build or a download. All programs come from the same
 * place, because their versions must match.
 */
export async function findBinaries(
  wanted: readonly Program[],
  options: SearchOptions,
): Promise<Binaries> {
  const { progress, env = Deno.env } = options;
  const cache = cacheDir(env);
  const forced = env.get("KRO_CONTROLPLANE");
  if (forced !== undefined && forced !== "download") {
    throw new Error(`KRO_CONTROLPLANE is "${forced}"; the only value it may have is "download"`);
  }
  if (!forced) {
    const assets = env.get("KUBEBUILDER_ASSETS");
    const found = (assets ? await inFolders([assets], wanted, "$KUBEBUILDER_ASSETS") : undefined) ??
      await inFolders((env.get("PATH") ?? "").split(":"), wanted, "PATH");
    if (found) return await withStages(found, cache, options);
  }
  const go = forced ? undefined : await (options.go ?? goVersion)();
  const dir = `${cache}/${await cacheKey(go ?? "downloaded")}`;
  const obtain = go === undefined ? options.download ?? download : options.build ?? build;
  await fill(dir, obtain, progress);
  const found = await inFolders([dir], wanted, `cached in ${dir}`);
  if (!found) {
    throw new Error(`${dir} lacks some of ${wanted.join(", ")}: remove the folder and run again`);
  }
  return { ...found, stages: await yamlFiles(`${dir}/stages`) };
}

/** Returns the path of the cache folder, `$XDG_CACHE_HOME/kro-controlplane`. */
export function cacheDir(env: { get(name: string): string | undefined }): string {
  const home = env.get("XDG_CACHE_HOME") || `${env.get("HOME") || "."}/.cache`;
  return `${home}/kro-controlplane`;
}

/**
 * Returns the name of a folder in the cache: a hash of `origin`, such as the version of Go, and of the file
 * go.mod, which contains the versions of the programs.
 */
export async function cacheKey(origin: string): Promise<string> {
  const goMod = await Deno.readTextFile(`${moduleDir}/go.mod`);
  const data = new TextEncoder().encode(`${goMod}\n${origin}`);
  return new Uint8Array(await crypto.subtle.digest("SHA-256", data)).toHex().slice(0, 16);
}

/**
 * Creates the folder `dir`, and calls `obtain` to write its files. Does nothing if the folder exists. The
 * folder appears only when it is complete. Concurrent calls, even of several processes, call `obtain` once.
 */
export async function fill(
  dir: string,
  obtain: (into: string, progress: (line: string) => void) => Promise<void>,
  progress: (line: string) => void,
): Promise<void> {
  if (await isFolder(dir)) return;
  await Deno.mkdir(dir.slice(0, dir.lastIndexOf("/")), { recursive: true });
  const waiting = (holder: string) => progress(`waiting for ${holder}, which fills ${dir}`);
  await withLock(`${dir}.lock`, async () => {
    if (await isFolder(dir)) return;
    const partial = `${dir}.partial`;
    await Deno.remove(partial, { recursive: true }).catch(() => {});
    await Deno.mkdir(partial);
    await obtain(partial, progress);
    await Deno.rename(partial, dir);
  }, waiting);
}

async function inFolders(
  folders: string[],
  wanted: readonly Program[],
  origin: string,
): Promise<Binaries | undefined> {
  const paths: Partial<Record<Program, string>> = {};
  for (const name of wanted) {
    for (const folder of folders.filter((text) => text !== "")) {
      const path = `${folder}/${name}`;
      if (paths[name] === undefined && await isExecutable(path)) paths[name] = path;
    }
    if (paths[name] === undefined) return undefined;
  }
  return { paths, stages: [], origin };
}

// Adds the paths of kwok's stage files to the binaries. If the folder of kwok's binary contains a
// folder `stages`, uses the stage files in it. Otherwise copies or downloads the stage files into
// the cache.
async function withStages(
  found: Binaries,
  cache: string,
  { progress, go = goVersion }: SearchOptions,
): Promise<Binaries> {
  if (found.paths.kwok === undefined) return found;
  const beside = await yamlFiles(found.paths.kwok.replace(/[^/]*$/, "stages"));
  if (beside.length > 0) return { ...found, stages: beside };
  const dir = `${cache}/${await cacheKey("stages")}`;
  const hasGo = await go() !== undefined;
  await fill(dir, (into) => copyStages(into, hasGo), progress);
  return { ...found, stages: await yamlFiles(dir) };
}

async function yamlFiles(dir: string): Promise<string[]> {
  const names: string[] = [];
  if (await isFolder(dir)) {
    for await (const { name } of Deno.readDir(dir)) if (name.endsWith(".yaml")) names.push(name);
  }
  return names.sort().map((name) => `${dir}/${name}`);
}

async function isFolder(path: string): Promise<boolean> {
  return await Deno.stat(path).then((info) => info.isDirectory, () => false);
}

async function isExecutable(path: string): Promise<boolean> {
  const executable = (info: Deno.FileInfo) => info.isFile && ((info.mode ?? 0) & 0o111) !== 0;
  return await Deno.stat(path).then(executable, () => false);
}
