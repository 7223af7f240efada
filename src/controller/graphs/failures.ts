/** Logs the failures of RGDs. */
import { getLogger } from "@logtape/logtape";
import type { GraphEntry } from "./graph_store.ts";

const logger = getLogger(["kro", "graph"]);

/**
 * Logs a failure of an RGD, or the recovery of the RGD from a failure. A failure is not logged if it equals
 * the failure that was logged last.
 */
export function logFailure(entry: GraphEntry, failure: string | undefined): void {
  if (entry.failure === failure) return;
  entry.failure = failure;
  const graph = entry.rgd.metadata.name;
  if (failure === undefined) logger.info("graph {graph} recovered", { graph });
  else logger.error("graph {graph} failed: {error}", { graph, error: failure });
}

/** Logs what the deletion of an RGD waits for. A message is not logged if it equals the last one. */
export function logWaiting(entry: GraphEntry, message: string): void {
  const graph = entry.rgd.metadata.name;
  if (entry.failure !== message) logger.info("graph {graph} is {message}", { graph, message });
  entry.failure = message;
}
