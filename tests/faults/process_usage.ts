/** Resources of a kro process: file descriptors, timers, memory. */
import type { KroProcess } from "../support/cluster/kro_process.ts";
import { eventually } from "../support/wait.ts";

/** The module that kro loads before its own code, and that {@link timers} queries. */
export const TIMER_COUNT = `${import.meta.dirname}/timer_count.ts`;

/** Number of open file descriptors. */
export function descriptors({ pid }: KroProcess): number {
  return [...Deno.readDirSync(`/proc/${pid}/fd`)].length;
}

/** Number of pending timers, which {@link TIMER_COUNT} logs on SIGUSR2. */
export async function timers(kro: KroProcess): Promise<number> {
  const logged = () => [...kro.log().matchAll(/^\{"message":"(\d+) timers"\}$/gm)];
  const { length } = logged();
  kro.kill("SIGUSR2");
  return Number(await eventually("the number of timers in the log", () => logged()[length]?.[1]));
}

/** Resident memory and its peak, in bytes. */
export function memory({ pid }: KroProcess): { now: number; peak: number } {
  const status = Deno.readTextFileSync(`/proc/${pid}/status`);
  const of = (key: string) => Number(new RegExp(`^${key}:\\s+(\\d+)`, "m").exec(status)![1]) * 1024;
  return { now: of("VmRSS"), peak: of("VmHWM") };
}
