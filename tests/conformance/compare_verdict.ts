/**
 * Reduces the response to a request of the area `compare` to two facts: whether the schema change affects the
 * CRD, and whether the change may break instances.
 */
import type { Answer } from "./protocol.ts";

/**
 * Returns whether the schema change is refused, breaking, compatible, or without effect on the CRD. Ignores
 * the paths of the changed fields in the response, because upstream reports some changes at the parent field,
 * and some changes twice.
 */
export function compareVerdict({ error, breaking, nonBreaking }: Answer): Answer {
  if (error !== undefined) return { refused: true };
  const some = (list: unknown) => Array.isArray(list) && list.length > 0;
  return { change: some(breaking) ? "breaking" : some(nonBreaking) ? "compatible" : "none" };
}
