/** Logs which work may have blocked the event loop. */
import { getLogger } from "@logtape/logtape";
import { durationText, groupKind, type KindRef } from "../api/mod.ts";
import type { WorkQueue } from "./queue/queue.ts";

const logger = getLogger(["kro", "controller"]);

/** The shortest time for which a blocked event loop is logged, in milliseconds. */
const LAG_MS = 500;

/** The maximum number of passes that the log line about a blocked event loop names. */
const MAX_LOGGED = 10;

/**
 * Logs which work may have blocked the event loop. Does nothing if the event loop was blocked for less than
 * {@link LAG_MS}.
 *
 * @param ms The time for which the event loop was blocked, in milliseconds.
 * @param queues The work queues, whose last processed keys are logged.
 * @param lastEvent The kind that the last watch event reported.
 */
export function logBlocked(
  ms: number,
  queues: readonly Pick<WorkQueue, "processedIn">[],
  lastEvent: KindRef | undefined,
): void {
  if (ms < LAG_MS) return;
  const keys = queues.flatMap((queue) => queue.processedIn(ms + LAG_MS));
  logger.warn(
    "the event loop was blocked for {duration}; passes meanwhile: {passes}; last event: {event}",
    {
      duration: durationText(ms),
      passes: keys.slice(0, MAX_LOGGED).join(", ") || "none",
      event: lastEvent ? groupKind(lastEvent) : "none",
    },
  );
}
