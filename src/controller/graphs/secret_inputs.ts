/** Finds the fields of instances that graphs copy into Secrets. */
import { type GroupVersionKind, gvkKey, servedKind } from "../../api/mod.ts";
import type { Reads } from "../../cel/mod.ts";
import type { GraphEntry } from "./graph_store.ts";

/**
 * Returns the fields of a kind's instances that the kind's graph copies into Secrets (see
 * `Graph.secretInputs`): all fields if the graph was not compiled yet, and no field if no RGD defines the kind.
 */
export function secretInputsOf(entries: readonly GraphEntry[], kind: GroupVersionKind): Reads {
  const key = gvkKey(kind);
  const entry = entries.find(({ rgd }) => {
    const defined = servedKind(rgd);
    return defined && gvkKey(defined) === key;
  });
  if (!entry) return new Map();
  return entry.served?.graph.secretInputs ?? "whole";
}
