/** Measures the file descriptors, timers and memory of a kro process. */
import type { KroProcess } from "../support/cluster/kro_process.ts";
import { eventually } from "../support/wait.ts";

/**
 * The path of a module that kro loads before its own code, so that {@link timers} can count timers.
 */
export const TIMER_COUNT = `${import.meta.dirname}/timer_count.ts`;

/** Returns the number of open file descriptors of a kro process. */
export function descriptors({ pid }: KroProcess): number {
  return [...Deno.readDirSync(`/proc/${pid}/fd`)].length;
}

/**
 * Returns the number of pending timers of a kro process. The module {@link TIMER_COUNT} logs the number when
 * the process receives SIGUSR2.
 */
export async function timers(kro: KroProcess): Promise<number> {
  const logged = () => [...kro.log().matchAll(/^\{"message":"(\d+) timers"\}$/gm)];
  const { length } = logged();
  kro.kill("SIGUSR2");
  return Number(await eventually("the number of timers in the log", () => logged()[length]?.[1]));
}

/** Returns the current and the peak resident memory of a kro process, in bytes. */
export function memory({ pid }: KroProcess): { now: number; peak: number } {
  const status = Deno.readTextFileSync(`/proc/${pid}/status`);
  const of = (key: string) => Number(new RegExp(`^${key}:\\s+(\\d+)`, "m").exec(status)![1]) * 1024;
  return { now: of("VmRSS"), peak: of("VmHWM") };
}
