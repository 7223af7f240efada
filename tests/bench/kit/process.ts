/**
 * Measures the CPU time and memory of processes, and runs helper processes during a measurement.
 */
import { guarded } from "../../support/controlplane/guard.ts";

/**
 * Returns the CPU time of a process in milliseconds, with a resolution of 10 ms. Reads `/proc`,
 * which only Linux has.
 */
export async function cpuMs(pid: number): Promise<number> {
  const stat = await Deno.readTextFile(`/proc/${pid}/stat`);
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

/** Returns the resident memory of a process in MiB. Reads `/proc`, which only Linux has. */
export async function residentMiB(pid: number): Promise<number> {
  const status = await Deno.readTextFile(`/proc/${pid}/status`);
  return Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1]) / 1024;
}

/**
 * Runs a module in a process of its own while `act` runs. Calls `act` after the module's first
 * output, then ends the module with SIGTERM, and returns the module's later output. If the module
 * ends before `act`, rejects with the module's standard error.
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
  // Marks the promise `early` as handled. It also rejects when the module ends after `act`, which is not an
  // error.
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
