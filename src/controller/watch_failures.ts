/** Logs the failures of watches. A failure that repeats is logged only once. */
import { getLogger } from "@logtape/logtape";
import { errorText, groupKind, type KindRef } from "../api/mod.ts";

/**
 * Returns a function that logs the failure of a kind's watch under the category `kro.<part>`. A failure with
 * the same message as the last failure of the kind is not logged again.
 */
export function watchFailures(part: string): (kind: KindRef, error: unknown) => void {
  const logger = getLogger(["kro", part]);
  const logged = new Map<string, string>();
  return (kind, error) => {
    const name = groupKind(kind);
    const message = errorText(error);
    if (logged.get(name) === message) return;
    logged.set(name, message);
    logger.warn("watch of {kind} failed, retrying: {error}", {
      kind: name,
      error: message,
    });
  };
}
