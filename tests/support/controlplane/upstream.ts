// Programs from upstream's code, for comparison. They are not part of the control plane and are built on demand.
import { cacheDir, cacheKey, fill } from "./binaries.ts";
import { buildOracleInto, buildUpstreamInto, goVersion } from "./build.ts";
import { moduleDir } from "./parts.ts";

/** The path of upstream's controller, built with Go unless it is in the cache. */
export async function buildUpstream(progress: (line: string) => void = () => {}): Promise<string> {
  const go = await goVersion();
  if (go === undefined) throw new Error("upstream kro is built with Go, which is not on PATH");
  const dir = `${cacheDir(Deno.env)}/${await cacheKey(`upstream ${go}`)}`;
  await fill(dir, buildUpstreamInto, progress);
  return `${dir}/kro-upstream`;
}

/** The path of the oracle, which evaluates kro's language with upstream's code; built with Go unless it is in the cache. */
export async function buildOracle(progress: (line: string) => void = () => {}): Promise<string> {
  const go = await goVersion();
  if (go === undefined) throw new Error("the oracle is built with Go, which is not on PATH");
  const source = await Deno.readTextFile(`${moduleDir}/oracle/main.go`);
  const dir = `${cacheDir(Deno.env)}/${await cacheKey(`oracle ${go}\n${source}`)}`;
  await fill(dir, buildOracleInto, progress);
  return `${dir}/oracle`;
}
