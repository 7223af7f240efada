/** What the expressions of a graph read of each node's objects: caches keep no more than that. */
import { addRead, type Reads, readsOf } from "../cel/mod.ts";
import type { Draft } from "./expression.ts";
import type { PreparedNode } from "./prepare.ts";

/** What drafts read of each name. */
export function readsOfDrafts(
  drafts: Iterable<Draft>,
  found: Map<string, Reads> = new Map(),
): Map<string, Reads> {
  for (const { parts } of drafts) {
    for (const part of parts) {
      if (!("source" in part) || !part.parsed) continue;
      for (const [name, reads] of readsOf(part.parsed)) addRead(found, name, reads);
    }
  }
  return found;
}

/** By node id, what is read of one object of it; `status` holds what the status reads of each name. */
export function readsOfNodes(
  nodes: readonly PreparedNode[],
  status: ReadonlyMap<string, Reads>,
): Map<string, Reads> {
  const byName = readsOfDrafts(nodes.flatMap(foreignDrafts), new Map(status));
  return new Map(nodes.map((node) => {
    const { id, type } = node.draft;
    const isList = type === "collection" || type === "externalCollection";
    const found = new Map<string, Reads>();
    const read = byName.get(id) ?? new Map();
    addRead(found, id, isList && read !== "whole" ? read.get("*") ?? new Map() : read);
    for (const [name, own] of readsOfDrafts(node.readyWhen)) {
      if (name === (isList ? "each" : id)) addRead(found, id, own);
    }
    return [id, found.get(id)!];
  }));
}

function foreignDrafts(node: PreparedNode): Draft[] {
  return [
    ...node.fields.map((field) => field.draft),
    ...node.forEach.flatMap(({ draft }) => draft ?? []),
    ...node.includeWhen,
  ];
}
