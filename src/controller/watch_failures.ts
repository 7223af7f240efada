/** Failures of watches in the log: each once, until it is another one. */
import { getLogger } from "@logtape/logtape";
import { errorText, groupKind, type KindRef } from "../api/mod.ts";

/** Logs a kind's failure, for this part of kro, when it is another one than the last of that kind. */
export function watchFailures(part: string): (kind: KindRef, error: unknown) => void {
  const logger = getLogger(["kro", part]);
  const said = new Map<string, string>();
  return (kind, error) => {
    const name = groupKind(kind);
    const message = errorText(error);
    if (said.get(name) === message) return;
    said.set(name, message);
    logger.warn("watch of {kind} failed and is tried again: {error}", {
      kind: name,
      error: message,
    });
  };
}
