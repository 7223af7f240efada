/** Runs tests again when one of their files changes. */
import { dirname } from "node:path";
import { sleep } from "../../kube/mod.ts";
import type { TestFile } from "./file.ts";
import { pathFrom } from "./graphs.ts";

/**
 * The pause between a change and the next run, in milliseconds. Editors write a file several times when they
 * save it, and all writes within the pause start only one run.
 */
const QUIET_MS = 50;

/**
 * Runs `run` once, and again whenever a YAML or JSON file below the paths changes. Ends when the signal is
 * aborted.
 *
 * @param pathsOf Returns the files and folders to watch. Called before each run.
 */
export async function runOnChange(
  pathsOf: () => Promise<string[]>,
  run: () => Promise<unknown>,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    // The watcher starts before the run, so that a change during the run is not missed.
    const watcher = Deno.watchFs(await pathsOf());
    const close = () => watcher.close();
    signal.addEventListener("abort", close, { once: true });
    await run();
    for await (const { kind, paths } of watcher) {
      if (kind !== "access" && paths.some((path) => /\.(ya?ml|json)$/.test(path))) break;
    }
    signal.removeEventListener("abort", close);
    await sleep(QUIET_MS, signal);
  }
}

/** Returns the files and folders that the tests of a file read. Paths that do not exist are left out. */
export async function inputsOf({ file, content }: TestFile): Promise<string[]> {
  const { graphs = [], crds = [], tests = [], rejections = [] } = content;
  const observed = tests.flatMap(({ observed = [], steps = [] }) => [
    ...observed,
    ...steps.flatMap((step) => step.observed ?? []),
  ]);
  const named = [
    ...graphs,
    ...crds,
    ...tests.flatMap((test) => [...test.graphs ?? [], test.instance]),
    ...observed,
    ...rejections.flatMap((rejection) => rejection.graphs),
  ].filter((path) => typeof path === "string").map((path) => pathFrom(file, path));
  const folders = await Promise.all([file, ...named].map(folderOf));
  return [...new Set(folders.flat())];
}

/**
 * Returns the folder to watch for a path: the folder of a file, or the path itself if it is a folder. A watch
 * on a file would end when an editor replaces the file. Returns an empty list if the path does not exist.
 */
async function folderOf(path: string): Promise<string[]> {
  const info = await Deno.stat(path).catch(() => undefined);
  if (!info) return [];
  return [info.isDirectory ? path : dirname(path)];
}
