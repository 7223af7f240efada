/** Finds processes that outlive their test run, by a mark in their environment. */
import process from "node:process";

/** The environment variable that marks every process of a run; its value names the run. */
export const mark = "KRO_TEST_RUN";

/** A process that should have ended. */
export interface Survivor {
  /** Process id. */
  pid: number;
  /** Its command line. */
  command: string;
}

/** Waits up to `patience` milliseconds for all processes of a run to end, and returns those that have not. */
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
    // Processes of other users cannot be read, and a process may end during the read.
    const environment = await Deno.readTextFile(`/proc/${name}/environ`).catch(() => "");
    if (!environment.split("\0").includes(`${mark}=${run}`)) continue;
    const command = await Deno.readTextFile(`/proc/${name}/cmdline`).catch(() => "");
    found.push({ pid: Number(name), command: command.replaceAll("\0", " ").trim() });
  }
  return found;
}

/** Whether a process runs; a zombie does not. */
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
