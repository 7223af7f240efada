/** Finds the nodes whose messages may quote the value of a Secret. */
import type { Reads } from "../cel/mod.ts";
import type { PreparedNode } from "./prepare.ts";
import { readsOfDrafts } from "./reads.ts";
import type { Node } from "./types.ts";

/** The fields of an object that never contain the value of a Secret. */
const PUBLIC = [
  ["apiVersion"],
  ["kind"],
  ["type"],
  ...["creationTimestamp", "generation", "name", "namespace", "resourceVersion", "uid"].map((
    field,
  ) => ["metadata", field]),
];

/**
 * Returns the nodes with the field {@link Node.confidential} filled in. A node that depends on a confidential
 * node is confidential too. There is one exception: a dependency on a confidential node does not count if the
 * expressions of the graph read only harmless fields of that node. A field such as `metadata.name` is
 * harmless, because it never contains the value of a Secret.
 *
 * @param nodes The nodes in topological order.
 * @param reads The fields of each node's objects that the expressions of the graph read, by the id of the
 * node.
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

/** Reports whether the field at this path never contains the value of a Secret, even in a Secret. */
export function isPublicField(path: readonly (string | number)[]): boolean {
  return PUBLIC.some((field) => field.join("/") === path.join("/"));
}

function isPublic(reads: Reads, path: readonly string[] = []): boolean {
  if (isPublicField(path)) return true;
  return reads !== "whole" && [...reads].every(([key, below]) => isPublic(below, [...path, key]));
}

/**
 * Returns the fields of the instance that expressions copy into Secrets. An expression in a public field of a
 * Secret, such as `metadata.name`, does not count. A field that only reaches a Secret through another object
 * does not count either.
 */
export function secretInputsOf(nodes: readonly PreparedNode[]): Reads {
  const drafts = nodes.filter(({ info }) => info?.group === "" && info.kind === "Secret")
    .flatMap(({ fields, forEach }) => [
      ...fields.filter(({ path }) => !isPublicPath(path)).map(({ draft }) => draft),
      ...forEach.flatMap(({ draft }) => draft ?? []),
    ]);
  return readsOfDrafts(drafts).get("schema") ?? new Map();
}

function isPublicPath(path: readonly (string | number)[]): boolean {
  return PUBLIC.some((field) => field.join("/") === path.join("/"));
}
