// Upstream's controller, for comparison. It is no part of the control plane, so it is built only when asked for.
import { cacheDir, cacheKey, fill } from "./binaries.ts";
import { buildUpstreamInto, goVersion } from "./build.ts";

/** The path of upstream's controller, built with Go when it is not in the cache. */
export async function buildUpstream(progress: (line: string) => void = () => {}): Promise<string> {
  const go = await goVersion();
  if (go === undefined) throw new Error("upstream kro is built with Go, which is not on PATH");
  const dir = `${cacheDir(Deno.env)}/${await cacheKey(`upstream ${go}`)}`;
  await fill(dir, buildUpstreamInto, progress);
  return `${dir}/kro-upstream`;
}
