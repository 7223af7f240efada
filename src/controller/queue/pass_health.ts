/** Decides whether passes over queue items take too long. */
import type { WorkQueue } from "./queue.ts";

/**
 * Returns whether no pass has run for longer than the deadline. The problem names the first key whose pass
 * exceeds the deadline.
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
