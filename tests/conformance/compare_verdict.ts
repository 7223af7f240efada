/** What counts of an answer about a change of schema: whether the CRD is to be updated, and whether that may break something. */
import type { Answer } from "./protocol.ts";

/** Neither the fields nor their count: upstream reports some at the object that holds them, some twice. */
export function compareVerdict({ error, breaking, nonBreaking }: Answer): Answer {
  if (error !== undefined) return { refused: true };
  const some = (list: unknown) => Array.isArray(list) && list.length > 0;
  return { change: some(breaking) ? "breaking" : some(nonBreaking) ? "compatible" : "none" };
}
