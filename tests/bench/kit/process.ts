/** Processes: what they use, and helper processes that run beside a measurement. */
import { guarded } from "../../support/controlplane/guard.ts";

/** Milliseconds of processor time that a process has used, in steps of ten (Linux, `/proc`). */
export async function cpuMs(pid: number): Promise<number> {
  const stat = await Deno.readTextFile(`/proc/${pid}/stat`);
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

/** Resident memory of a process in MiB (Linux, `/proc`). */
export async function residentMiB(pid: number): Promise<number> {
  const status = await Deno.readTextFile(`/proc/${pid}/status`);
  return Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1]) / 1024;
}

/**
 * Runs a module as a process while `act` runs, so that the benchmark's own work does not slow it down.
 * Waits for the module's first output before `act`, ends it with SIGTERM after, and returns what it printed
 * in between. Throws with its standard error when it ends before `act`.
 */
export async function beside(
  module: string,
  args: readonly string[],
  act: (pid: number) => Promise<unknown>,
): Promise<string> {
  const process = guarded(Deno.execPath(), ["run", "-A", "--no-check", module, ...args]);
  const output = process.output.stdout.pipeThrough(new TextDecoderStream()).getReader();
  const errors = new Response(process.output.stderr).text();
  const early = process.status.then(async ({ code }) => {
    throw new Error(`${module} ended with code ${code}: ${await errors}`);
  });
  // After `act` its end is expected.
  early.catch(() => {});
  try {
    await Promise.race([output.read(), early]);
    await Promise.race([act(process.pid), early]);
  } finally {
    await process.stop();
  }
  let text = "";
  for (let chunk = await output.read(); !chunk.done; chunk = await output.read()) {
    text += chunk.value;
  }
  return text;
}
