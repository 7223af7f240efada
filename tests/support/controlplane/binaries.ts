// Where the binaries come from: a folder that was named, PATH, our cache, else a build, else the projects' releases.
import { build, goVersion } from "./build.ts";
import { download } from "./download.ts";
import { withLock } from "./lock.ts";
import { moduleDir, type Program } from "./parts.ts";
import { copyStages } from "./stages.ts";

/** Programs that fit together, and where they were found. */
export interface Binaries {
  /** Paths by program. */
  paths: Partial<Record<Program, string>>;
  /** kwok's stage files. */
  stages: string[];
  /** In words, where they come from. */
  origin: string;
}

/** What the search may look at and use; the rest of the machine is left alone. */
export interface SearchOptions {
  /** Told in a line what is going on. */
  progress: (line: string) => void;
  /** Environment variables; ours by default. */
  env?: { get(name: string): string | undefined };
  /** Go's version, or undefined without Go; asked of `go` by default. */
  go?: () => Promise<string | undefined>;
  /** Fills a folder with all programs by building them. */
  build?: (into: string, progress: (line: string) => void) => Promise<void>;
  /** Fills a folder with all programs by downloading them. */
  download?: (into: string, progress: (line: string) => void) => Promise<void>;
}

/** Finds or makes the `wanted` programs. A place counts only when it has them all: mixed versions fit badly. */
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
  if (!found) throw new Error(`${dir} lacks some of ${wanted.join(", ")}: remove it and try again`);
  return { ...found, stages: await yamlFiles(`${dir}/stages`) };
}

/** `$XDG_CACHE_HOME/kro-controlplane`. */
export function cacheDir(env: { get(name: string): string | undefined }): string {
  const home = env.get("XDG_CACHE_HOME") || `${env.get("HOME") || "."}/.cache`;
  return `${home}/kro-controlplane`;
}

/** Names what a folder of the cache was made from. */
export async function cacheKey(origin: string): Promise<string> {
  const goMod = await Deno.readTextFile(`${moduleDir}/go.mod`);
  const data = new TextEncoder().encode(`${goMod}\n${origin}`);
  return new Uint8Array(await crypto.subtle.digest("SHA-256", data)).toHex().slice(0, 16);
}

/** Makes `dir` complete or not at all, once, however many ask for it at the same time. */
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

// Binaries from elsewhere come without kwok's stage files, which are a folder of the cache of their own then.
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
