/**
 * Finds processes that are still running after the test run which started them. An environment
 * variable marks all processes of a test run.
 */
import process from "node:process";

/**
 * The name of the environment variable that marks every process of a test run. Its value identifies
 * the test run.
 */
export const mark = "KRO_TEST_RUN";

/** A process that is still running after its test run. */
export interface Survivor {
  /** The process ID. */
  pid: number;
  /** The command line of the process. */
  command: string;
}

/**
 * Waits up to `patience` milliseconds until all processes of a test run have ended. Returns the
 * processes that still run.
 */
export async function survivors(run: string, patience = 10_000): Promise<Survivor[]> {
  const end = performance.now() + patience;
  for (;;) {
    const found = await marked(run);
    if (found.length === 0 || performance.now() > end) return found;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

async function marked(run: string): Promise<Survivor[]> {
  const found: Survivor[] = [];
  for await (const { name } of Deno.readDir("/proc")) {
    if (!/^\d+$/.test(name) || Number(name) === Deno.pid) continue;
    // Read errors are ignored: processes of other users cannot be read, and a process may end
    // during the read.
    const environment = await Deno.readTextFile(`/proc/${name}/environ`).catch(() => "");
    if (!environment.split("\0").includes(`${mark}=${run}`)) continue;
    const command = await Deno.readTextFile(`/proc/${name}/cmdline`).catch(() => "");
    found.push({ pid: Number(name), command: command.replaceAll("\0", " ").trim() });
  }
  return found;
}

/** Whether the process runs. A zombie process has ended and does not count. */
export async function isRunning(pid: number): Promise<boolean> {
  if (Deno.build.os === "linux") {
    const stat = await Deno.readTextFile(`/proc/${pid}/stat`).catch(() => "");
    return stat !== "" && !/\) [ZX] /.test(stat);
  }
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
