/** Finds the nodes whose messages may quote the value of a Secret. */
import type { Reads } from "../cel/mod.ts";
import type { Node } from "./types.ts";

/** Fields of an object that carry no value of a Secret. */
const PUBLIC = [
  ["apiVersion"],
  ["kind"],
  ["type"],
  ...["creationTimestamp", "generation", "name", "namespace", "resourceVersion", "uid"].map((
    field,
  ) => ["metadata", field]),
];

/**
 * The nodes with {@link Node.confidential} set. A dependency passes it on, unless all expressions of the
 * graph read only the dependency's identity, such as `metadata.name`.
 *
 * @param nodes the nodes in topological order
 * @param reads the reads of each node's objects by all expressions
 */
export function withConfidential(
  nodes: readonly Node[],
  reads: ReadonlyMap<string, Reads>,
): Node[] {
  const sources = new Set<string>();
  return nodes.map((node) => {
    const { id, kind, dependencies } = node;
    const isSecret = kind.group === "" && kind.kind === "Secret";
    const confidential = isSecret || dependencies.some((d) => sources.has(d));
    if (confidential && !isPublic(reads.get(id) ?? "whole")) sources.add(id);
    return { ...node, confidential };
  });
}

function isPublic(reads: Reads, path: readonly string[] = []): boolean {
  const isField = PUBLIC.some((field) => field.join("/") === path.join("/"));
  if (isField) return true;
  return reads !== "whole" && [...reads].every(([key, below]) => isPublic(below, [...path, key]));
}
