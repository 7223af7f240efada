// Builds the programs of the control plane with a single `go build`, because the programs share
// most of their packages.
import { guarded } from "./guard.ts";
import { moduleDir, modules, moduleVersion, packages, programs } from "./parts.ts";
import { BuildProgress, duration } from "./progress.ts";
import { copyStages } from "./stages.ts";

type Progress = (line: string) => void;

/** Returns the output of `go version`, or undefined if Go is not installed. */
export async function goVersion(): Promise<string | undefined> {
  try {
    const { code, stdout } = await new Deno.Command("go", { args: ["version"], cwd: moduleDir })
      .output();
    return code === 0 ? new TextDecoder().decode(stdout).trim() : undefined;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/**
 * Builds all programs of the control plane into a folder, and copies kwok's stage files into it.
 */
export async function build(into: string, progress: Progress): Promise<void> {
  const began = performance.now();
  progress("building the control plane with Go; once, about 7 minutes on two cores");
  await goBuild(into, programs.map((name) => packages[name]), progress);
  // `go build` names a binary after the last element of the package path, so etcd's binary is
  // called `server`.
  await Deno.rename(`${into}/server`, `${into}/etcd`);
  await Deno.mkdir(`${into}/stages`);
  await copyStages(`${into}/stages`, true);
  progress(`built the control plane in ${duration(performance.now() - began)}`);
}

/** Builds upstream's controller as `kro-upstream` into a folder. */
export async function buildUpstreamInto(into: string, progress: Progress): Promise<void> {
  progress("building upstream kro with Go; once, about 2 minutes on two cores");
  await goBuild(into, ["github.com/kubernetes-sigs/kro/cmd/controller"], progress);
  await Deno.rename(`${into}/controller`, `${into}/kro-upstream`);
}

/**
 * Builds the oracle into a folder. The oracle is a program that evaluates expressions and RGDs with
 * upstream's code.
 */
export async function buildOracleInto(into: string, progress: Progress): Promise<void> {
  progress("building the oracle with Go; once, about 2 minutes on two cores");
  await goBuild(into, ["./oracle"], progress);
}

/**
 * Builds Go packages into a folder. `module` is the folder of the Go module that sets the versions; by
 * default, the control plane's module. In another module, Go may add missing requirements to go.mod and
 * go.sum.
 */
export async function goBuild(
  into: string,
  paths: string[],
  progress: Progress,
  module: string = moduleDir,
): Promise<void> {
  const mode = module === moduleDir ? [] : ["-mod=mod"];
  const listed = await run(
    module,
    ["list", ...mode, "-deps", ...paths],
    new BuildProgress(),
    progress,
  );
  const total = listed.trim().split("\n").length;
  const args = ["build", ...mode, "-v", "-buildvcs=false", "-o", `${into}/`];
  const state = new BuildProgress(total);
  await run(
    module,
    [...args, "-ldflags", await stamp(module), ...paths],
    state,
    progress,
    async () => {
      const names = await Array.fromAsync(Deno.readDir(into), ({ name }) => name);
      state.linked = names.map((name) => name === "server" ? "etcd" : name).sort();
    },
  );
}

/**
 * Returns linker flags that set the version of each component. A component that is built without these flags
 * reports the version v0.0.0, which newer clients reject.
 */
async function stamp(module: string): Promise<string> {
  const version = moduleVersion(await Deno.readTextFile(`${module}/go.mod`), modules.kubernetes);
  const [major, minor] = version.slice(1).split(".");
  const variables = { gitVersion: version, gitMajor: major, gitMinor: minor };
  const flags = Object.entries(variables).map(([name, value]) =>
    `-X k8s.io/component-base/version.${name}=${value}`
  );
  return [...flags, "-s", "-w"].join(" ");
}

async function run(
  module: string,
  args: string[],
  state: BuildProgress,
  progress: Progress,
  look: () => Promise<void> = () => Promise.resolve(),
): Promise<string> {
  const began = performance.now();
  const go = guarded("go", args, { cwd: module });
  const tell = setInterval(async () => {
    await look();
    progress(`${state.text} (${duration(performance.now() - began)})`);
  }, 5000);
  try {
    const [stdout] = await Promise.all([
      new Response(go.output.stdout).text(),
      readLines(go.output.stderr, (line) => state.line(line)),
    ]);
    const { code, signal } = await go.status;
    if (code === 0) return stdout;
    const how = signal ? `was ended by ${signal}` : `failed with exit code ${code}`;
    throw new Error(`go ${args[0]} ${how} in ${module}:\n${state.complaints}`);
  } finally {
    clearInterval(tell);
  }
}

async function readLines(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
  take: (line: string) => void,
): Promise<void> {
  let rest = "";
  for await (const text of stream.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    lines.forEach(take);
  }
  if (rest !== "") take(rest);
}
