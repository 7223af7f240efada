/**
 * Runs Helm, which is built from its Go module. The file `go.mod` sets Helm's version. Helm has a Go module
 * of its own, because each change of the control plane's Go module causes a new build of the control plane.
 *
 * @module
 */
import { cacheDir, fill } from "../controlplane/binaries.ts";
import { goVersion } from "../controlplane/build.ts";

/** The result of a Helm command. */
export interface HelmOutput {
  /** The exit code of Helm. */
  code: number;
  /** The standard output of Helm. */
  stdout: string;
  /** The standard error of Helm. */
  stderr: string;
}

/** The path of the folder with kro's Helm chart. */
export const chart: string = new URL("../../../deploy/chart", import.meta.url).pathname;

const folder = import.meta.dirname!;
const PACKAGE = "helm.sh/helm/v4/cmd/helm";

let built: Promise<string> | undefined;

/** Returns the path of Helm. Builds Helm with Go unless the cache contains Helm. */
export function helmPath(progress: (line: string) => void = console.error): Promise<string> {
  return built ??= find(progress);
}

async function find(progress: (line: string) => void): Promise<string> {
  const go = await goVersion();
  if (go === undefined) throw new Error("Helm is built with Go, which is not on PATH");
  const data = new TextEncoder().encode(`${await Deno.readTextFile(`${folder}/go.mod`)}\n${go}`);
  const key = new Uint8Array(await crypto.subtle.digest("SHA-256", data)).toHex().slice(0, 16);
  const dir = `${cacheDir(Deno.env)}/helm-${key}`;
  await fill(dir, build, progress);
  return `${dir}/helm`;
}

async function build(into: string, progress: (line: string) => void): Promise<void> {
  progress("building Helm with Go; once, about 2 minutes on two cores");
  const args = ["build", "-buildvcs=false", "-ldflags", "-s -w", "-o", `${into}/helm`, PACKAGE];
  const { success, stderr } = await new Deno.Command("go", { args, cwd: folder }).output();
  if (!success) throw new Error(`go build of Helm failed:\n${new TextDecoder().decode(stderr)}`);
}

/**
 * Runs Helm, and returns the result even if Helm fails.
 *
 * @param kubeconfig The kubeconfig file; by default, Helm finds no cluster.
 */
export async function helm(args: readonly string[], kubeconfig = "/dev/null"): Promise<HelmOutput> {
  const program = await helmPath();
  const home = await Deno.makeTempDir({ prefix: "kro-helm-" });
  const env = {
    KUBECONFIG: kubeconfig,
    HELM_CACHE_HOME: home,
    HELM_CONFIG_HOME: home,
    HELM_DATA_HOME: home,
    NO_COLOR: "1",
  };
  try {
    const { code, stdout, stderr } = await new Deno.Command(program, {
      args: [...args],
      env,
      stdin: "null",
    })
      .output();
    const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
    return { code, stdout: text(stdout), stderr: text(stderr) };
  } finally {
    await Deno.remove(home, { recursive: true });
  }
}

/**
 * Runs `helm template` on the chart with the arguments `args`, and returns the rendered manifests.
 *
 * @throws Error If Helm fails; the message contains Helm's standard error.
 */
export async function template(args: readonly string[], release = "kro"): Promise<string> {
  const { code, stdout, stderr } = await helm(["template", release, chart, ...args]);
  if (code !== 0) throw new Error(`helm template ${args.join(" ")}: ${stderr}`);
  return stdout;
}
