// Gets kwok's stage files, which define how kwok simulates nodes and pods: from kwok's Go module
// or, without Go, from its release.
import { downloadStages } from "./download.ts";
import { moduleSource } from "./module_source.ts";
import { modules, stageFiles } from "./parts.ts";

/**
 * Writes kwok's stage files into a folder. Copies them from the Go module if `hasGo` is true; otherwise
 * downloads them.
 */
export async function copyStages(into: string, hasGo: boolean): Promise<void> {
  if (!hasGo) return await downloadStages(into);
  const source = await moduleSource(modules.kwok);
  for (const path of stageFiles) {
    const name = path.slice(path.lastIndexOf("/") + 1);
    await Deno.writeTextFile(`${into}/${name}`, await Deno.readTextFile(`${source}/${path}`));
  }
}
