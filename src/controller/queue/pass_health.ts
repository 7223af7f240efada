/** Decides whether passes over queue items take too long. */
import type { WorkQueue } from "./queue.ts";

/**
 * Returns `healthy: false` if a pass has run for longer than the deadline. `problem` then names the key and
 * the duration of that pass.
 */
export function passHealth(
  queues: readonly Pick<WorkQueue, "longest">[],
  deadlineMs: number,
): { healthy: boolean; problem?: string } {
  for (const { longest } of queues) {
    if (!longest || longest.ms <= deadlineMs) continue;
    const seconds = Math.round(longest.ms / 1000);
    return { healthy: false, problem: `the pass over ${longest.key} has run for ${seconds} s` };
  }
  return { healthy: true };
}
