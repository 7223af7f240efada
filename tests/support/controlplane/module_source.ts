/** Downloads the source of a Go module that the control plane's go.mod requires. */
import { moduleDir } from "./parts.ts";

/**
 * Returns the folder with the source of a Go module. Downloads the module if Go's module cache does not contain
 * it.
 *
 * @param module The path of a module that go.mod names, such as `sigs.k8s.io/kwok`.
 * @throws Error if Go cannot download the module. The message contains Go's output.
 */
export async function moduleSource(module: string): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command("go", {
    args: ["mod", "download", "-json", module],
    cwd: moduleDir,
  }).output();
  const text = new TextDecoder().decode(stdout);
  if (!success) {
    throw new Error(
      `go mod download ${module} failed:\n${text}${new TextDecoder().decode(stderr)}`,
    );
  }
  return (JSON.parse(text) as { Dir: string }).Dir;
}
