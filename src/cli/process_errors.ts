/** Logs and counts errors that no code caught, so that these errors do not end the operator. */
import { getLogger } from "@logtape/logtape";
import { onBackgroundFailure } from "../api/mod.ts";

const logger = getLogger(["kro", "process"]);

/**
 * Logs uncaught errors, unhandled rejections and failures of background work, each with its stack. The
 * returned function stops the logging.
 *
 * @param count Called for each error with the name of the failed work. The name is a constant in the code
 * and never depends on the error.
 */
export function catchProcessErrors(count: (work: string) => void): () => void {
  const report = (work: string, error: unknown) => {
    count(work);
    const text = error instanceof Error ? error.stack ?? error.message : String(error);
    logger.error("internal error in {work}, please report it: {error}", { work, error: text });
  };
  const rejected = (event: PromiseRejectionEvent) => {
    event.preventDefault();
    report("rejection", event.reason);
  };
  const thrown = (event: ErrorEvent) => {
    event.preventDefault();
    report("exception", event.error ?? event.message);
  };
  addEventListener("unhandledrejection", rejected);
  addEventListener("error", thrown);
  const stop = onBackgroundFailure(report);
  return () => {
    stop();
    removeEventListener("unhandledrejection", rejected);
    removeEventListener("error", thrown);
  };
}
