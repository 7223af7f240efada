// Builds upstream's controller, and the oracle: a program that evaluates expressions and RGDs with upstream's
// code. Tests compare this project with these two programs. The programs are not part of the control plane,
// and are built when a test needs them.
import { cacheDir, cacheKey, fill } from "./binaries.ts";
import { buildOracleInto, buildUpstreamInto, goVersion } from "./build.ts";
import { moduleDir } from "./parts.ts";

/** Returns the path of upstream's controller. Builds it with Go unless the cache contains it. */
export async function buildUpstream(progress: (line: string) => void = () => {}): Promise<string> {
  const go = await goVersion();
  if (go === undefined) throw new Error("upstream kro is built with Go, which is not on PATH");
  const dir = `${cacheDir(Deno.env)}/${await cacheKey(`upstream ${go}`)}`;
  await fill(dir, buildUpstreamInto, progress);
  return `${dir}/kro-upstream`;
}

/**
 * Returns the path of the oracle, a program that evaluates expressions and RGDs with upstream's code. Builds
 * it with Go unless the cache contains it.
 */
export async function buildOracle(progress: (line: string) => void = () => {}): Promise<string> {
  const go = await goVersion();
  if (go === undefined) throw new Error("the oracle is built with Go, which is not on PATH");
  const source = await Deno.readTextFile(`${moduleDir}/oracle/main.go`);
  const dir = `${cacheDir(Deno.env)}/${await cacheKey(`oracle ${go}\n${source}`)}`;
  await fill(dir, buildOracleInto, progress);
  return `${dir}/oracle`;
}
