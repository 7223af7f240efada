/**
 * Reduces the response to a schema change to two facts: whether the change affects the CRD, and
 * whether it may break instances.
 */
import type { Answer } from "./protocol.ts";

/**
 * Reduces the response to a schema change. The changed fields and their number are ignored, because
 * upstream reports some changes at the parent field, and some twice.
 */
export function compareVerdict({ error, breaking, nonBreaking }: Answer): Answer {
  if (error !== undefined) return { refused: true };
  const some = (list: unknown) => Array.isArray(list) && list.length > 0;
  return { change: some(breaking) ? "breaking" : some(nonBreaking) ? "compatible" : "none" };
}
