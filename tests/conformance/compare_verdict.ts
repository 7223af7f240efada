/**
 * Extracts two facts from the response for a schema change: whether the change affects the CRD, and
 * whether the change may break instances.
 */
import type { Answer } from "./protocol.ts";

/**
 * Extracts the facts that upstream and kro must agree on from the response for a schema change. The
 * changed fields and their number are ignored, because upstream reports some changes at the parent
 * field, and some changes twice.
 */
export function compareVerdict({ error, breaking, nonBreaking }: Answer): Answer {
  if (error !== undefined) return { refused: true };
  const some = (list: unknown) => Array.isArray(list) && list.length > 0;
  return { change: some(breaking) ? "breaking" : some(nonBreaking) ? "compatible" : "none" };
}
