/** Packages the Helm chart, so that `helm push` can store it in a registry. */
import { join } from "node:path";
import { run } from "./build.ts";

/**
 * Returns the chart's values with the image of the release.
 *
 * @param repository The GitHub repository as OWNER/NAME.
 * @throws Error If the values do not contain the line `repository: kro`.
 */
export function withImage(values: string, repository: string): string {
  const image = `ghcr.io/${repository.toLowerCase()}`;
  const changed = values.replace(/^( +repository: )kro$/m, `$1${image}`);
  if (changed === values) {
    throw new Error("deploy/chart/values.yaml holds no image.repository: kro");
  }
  return changed;
}

/**
 * Writes the packaged chart into the folder `out`. The chart is packaged by `helm`, or by the program to
 * which the environment variable HELM is set.
 *
 * @param sources A copy of the sources, in which the function changes the values of the chart.
 */
export async function packageChart(
  sources: string,
  { tag, out, repository }: { tag: string; out: string; repository: string },
): Promise<void> {
  const helm = Deno.env.get("HELM") ?? "helm";
  const values = join(sources, "deploy/chart/values.yaml");
  await Deno.writeTextFile(values, withImage(await Deno.readTextFile(values), repository));
  const version = ["--version", tag.slice(1), "--app-version", tag, "--destination", out];
  await run(helm, ["package", "deploy/chart", ...version], sources).catch((error) => {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new Error(`${helm} is not installed; install it, or set HELM to its path`);
  });
}
