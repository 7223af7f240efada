// Gets kwok's stage files, which define how kwok simulates nodes and pods: from kwok's Go module
// or, without Go, from its release.
import { downloadStages } from "./download.ts";
import { moduleDir, modules, stageFiles } from "./parts.ts";

/**
 * Writes kwok's stage files into a folder. Copies them from the Go module if `hasGo` is true; otherwise
 * downloads them.
 */
export async function copyStages(into: string, hasGo: boolean): Promise<void> {
  if (!hasGo) return await downloadStages(into);
  const { code, stdout, stderr } = await new Deno.Command("go", {
    args: ["mod", "download", "-json", modules.kwok],
    cwd: moduleDir,
  }).output();
  const text = new TextDecoder().decode(stdout);
  if (code !== 0) {
    throw new Error(
      `go mod download ${modules.kwok} failed:\n${text}${new TextDecoder().decode(stderr)}`,
    );
  }
  const { Dir } = JSON.parse(text) as { Dir: string };
  for (const path of stageFiles) {
    const name = path.slice(path.lastIndexOf("/") + 1);
    await Deno.writeTextFile(`${into}/${name}`, await Deno.readTextFile(`${Dir}/${path}`));
  }
}
