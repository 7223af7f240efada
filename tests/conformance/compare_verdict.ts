/** Reduces an answer about a change of schema to whether it changes the CRD, and whether it may break instances. */
import type { Answer } from "./protocol.ts";

/** Fields and their number do not count: upstream reports some fields at their parent, and some twice. */
export function compareVerdict({ error, breaking, nonBreaking }: Answer): Answer {
  if (error !== undefined) return { refused: true };
  const some = (list: unknown) => Array.isArray(list) && list.length > 0;
  return { change: some(breaking) ? "breaking" : some(nonBreaking) ? "compatible" : "none" };
}
