/**
 * The command `deno task test`: runs the tests on control planes that the tests share, and prints
 * the numbers of passed and failed tests.
 */
import { type Guarded, guarded } from "../controlplane/guard.ts";
import {
  apiOnly,
  attach,
  kubernetesFolder,
  type RunningControlPlane,
  startControlPlane,
} from "../controlplane/mod.ts";
import { sharedVariable } from "../controlplane/shared.ts";
import { parseReport, reasonOf, type Report } from "./report.ts";
import { groundOf, parseRequest, type Request, testFiles, usage } from "./selection.ts";
import { mark, survivors } from "./survivors.ts";

const folders = [
  "tests/unit",
  "tests/conformance",
  "tests/cluster",
  "tests/faults",
];
const run = crypto.randomUUID();
const interrupted = new AbortController();
let running: Guarded | undefined;

/** Runs test files with Deno's own test runner, which prints its own report. */
async function runFiles(
  files: string[],
  filter: string | undefined,
  env: Record<string, string>,
): Promise<Report> {
  interrupted.signal.throwIfAborted();
  const dir = await Deno.makeTempDir({ prefix: "kro-tests-" });
  try {
    const junit = `${dir}/junit.xml`;
    const options = ["-A", "--no-prompt", `--junit-path=${junit}`];
    if (filter !== undefined) options.push(`--filter=${filter}`);
    running = guarded(Deno.execPath(), ["test", ...options, ...files], {
      env: { ...env, [mark]: run },
      inherit: true,
    });
    const { success } = await running.status;
    const report = parseReport(await Deno.readTextFile(junit).catch(() => ""), filter);
    // Counts a failure that the runner's report omits, such as a module that cannot be loaded.
    if (!success && report.failed.length === 0) report.failed.push("a failure outside the tests");
    return report;
  } finally {
    running = undefined;
    await Deno.remove(dir, { recursive: true });
  }
}

async function runOnCluster(
  files: string[],
  filter: string | undefined,
  controlPlane: RunningControlPlane,
): Promise<Report> {
  // KUBECONFIG is also set, so that a test which names no cluster cannot use the developer's own
  // cluster.
  const env = { [sharedVariable]: controlPlane.dir, KUBECONFIG: controlPlane.kubeconfig };
  return await runFiles(files, filter, env);
}

async function runAll({ only, filter, kubernetes, paths }: Request): Promise<Report[]> {
  const selected = Object.groupBy(await testFiles(paths.length > 0 ? paths : folders), groundOf);
  const { memory = [], api = [], cluster = [] } = selected;
  const reports: Report[] = [];
  const inMemory = only === "cluster" ? [] : memory;
  const onCluster = only === "unit" ? [] : [...cluster, ...api];
  if (inMemory.length + onCluster.length === 0) throw new Error("no test file is selected");

  if (kubernetes) {
    const folder = await kubernetesFolder(kubernetes, (line) => console.error(line));
    Deno.env.set("KUBEBUILDER_ASSETS", folder);
    Deno.env.delete("KRO_CONTROLPLANE");
    Deno.env.delete(sharedVariable);
  }
  const existing = Deno.env.get(sharedVariable);
  const env = { [mark]: run };
  const options = { progress: (line: string) => console.error(line), env };
  const { signal } = interrupted;
  // Starts the control plane while the tests without a cluster run.
  const starting = existing || only === "unit" || cluster.length === 0
    ? undefined
    : startControlPlane({ ...options, signal });
  starting?.catch(() => {});
  if (inMemory.length > 0) reports.push(await runFiles(inMemory, filter, {}));
  if (only === "unit") return reports;
  if (existing) {
    if (onCluster.length === 0) return reports;
    return [...reports, await runOnCluster(onCluster, filter, await attach(existing))];
  }
  if (starting) {
    await using controlPlane = await starting;
    controlPlane.failure.then((error) => console.error(error.message));
    reports.push(await runOnCluster(cluster, filter, controlPlane));
  }
  if (api.length > 0) {
    await using controlPlane = await startControlPlane({ ...options, signal, without: apiOnly });
    controlPlane.failure.then((error) => console.error(error.message));
    reports.push(await runOnCluster(api, filter, controlPlane));
  }
  return reports;
}

/**
 * Kills the processes that are still running after the tests. Prints them, and returns their
 * number.
 */
async function endSurvivors(): Promise<number> {
  if (Deno.build.os !== "linux") return 0;
  const left = await survivors(run);
  for (const { pid, command } of left) {
    console.error(`survived the tests: process ${pid}: ${command.slice(0, 200)}`);
    try {
      Deno.kill(pid, "SIGKILL");
    } catch {
      // Ignores the error if the process has already ended. A process ends when the loop has killed
      // its parent.
    }
  }
  return left.length;
}

async function main(args: string[]): Promise<number> {
  const request = parseRequest(args);
  if (request.help) {
    console.log(usage);
    return 0;
  }
  let reports: Report[] = [];
  let broken = 0;
  try {
    reports = await runAll(request);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    broken++;
  }
  broken += await endSurvivors();
  const ignored = reports.flatMap((report) => report.ignored);
  for (const name of ignored) {
    const reason = reasonOf(name);
    console.log(reason ? `ignored: ${name}` : `ignored without "(ignored: reason)": ${name}`);
    if (!reason) broken++;
  }
  const names = reports.flatMap((report) => report.failed);
  for (const name of names) console.log(`failed: ${name}`);
  const passed = reports.reduce((sum, report) => sum + report.passed, 0);
  if (broken + passed + names.length + ignored.length === 0) {
    console.error("no test of the selected files matches");
    broken++;
  }
  const failed = names.length + broken;
  const skipped = ignored.length > 0 ? `, ${ignored.length} skipped` : "";
  console.log(`${passed} passed, ${failed} failed${skipped}`);
  return failed === 0 ? 0 : 1;
}

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  Deno.addSignalListener(signal, () => {
    interrupted.abort(new Error("interrupted"));
    running?.stop();
  });
}
Deno.chdir(`${import.meta.dirname}/../../..`);
Deno.exit(await main(Deno.args));
