/** Logs failures of watches; a repeated failure is logged once. */
import { getLogger } from "@logtape/logtape";
import { errorText, groupKind, type KindRef } from "../api/mod.ts";

/**
 * Returns a function that logs the failure of a kind's watch under the category `kro.<part>`, unless the last
 * failure of that kind had the same message.
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
