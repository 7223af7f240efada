/** The fields that a graph's expressions read of each node's objects; caches keep only those. */
import { addRead, type Reads, readsOf } from "../cel/mod.ts";
import type { Draft } from "./expression.ts";
import type { PreparedNode } from "./prepare.ts";
import type { FieldPath } from "./types.ts";

/** The reads of drafts by name, added to `found`. */
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

/**
 * The reads of one object of each node, by node id. They include the node's own fields that depend only on
 * resourceVersions, which are compared with the live values.
 *
 * @param status The reads of the status by name.
 */
export function readsOfNodes(
  nodes: readonly PreparedNode[],
  status: ReadonlyMap<string, Reads>,
): Map<string, Reads> {
  const ids = new Set(nodes.map((node) => node.draft.id));
  const byName = readsOfDrafts(nodes.flatMap(foreignDrafts), new Map(status));
  return new Map(nodes.map((node) => {
    const { id, type } = node.draft;
    const isList = type === "collection" || type === "externalCollection";
    const found = new Map<string, Reads>();
    const read = byName.get(id) ?? new Map();
    addRead(found, id, isList && read !== "whole" ? read.get("*") ?? new Map() : read);
    // The live value of such a field decides whether it differs.
    for (const { path, draft } of node.fields) {
      if (readsRevisionsOnly(draft, ids)) addRead(found, id, alongPath(path));
    }
    for (const [name, own] of readsOfDrafts(node.readyWhen)) {
      if (name === (isList ? "each" : id)) addRead(found, id, own);
    }
    return [id, found.get(id)!];
  }));
}

/**
 * Whether an expression of the nodes or the status reads an annotation of the instance.
 *
 * @param status The reads of the status by name.
 */
export function readsInstanceAnnotation(
  nodes: readonly PreparedNode[],
  status: ReadonlyMap<string, Reads>,
  annotation: string,
): boolean {
  const all = readsOfDrafts(nodes.flatMap(foreignDrafts), new Map(status));
  let read: Reads | undefined = all.get("schema");
  for (const step of ["metadata", "annotations", annotation]) {
    if (read === undefined || read === "whole") break;
    read = read.get(step) ?? read.get("*");
  }
  return read !== undefined;
}

/** Whether a draft reads at least one node, and only `metadata.resourceVersion`. */
export function readsRevisionsOnly(draft: Draft, ids: ReadonlySet<string>): boolean {
  const found = [...readsOfDrafts([draft])];
  const only = (reads: Reads, [first, ...rest]: string[]): boolean =>
    first === undefined
      ? reads === "whole"
      : reads !== "whole" && reads.size === 1 && reads.has(first) && only(reads.get(first)!, rest);
  return found.some(([name]) => ids.has(name)) &&
    found.every(([, reads]) => only(reads, ["metadata", "resourceVersion"]));
}

/** The paths from `status` that a draft of readyWhen reads as a whole, without those through lists. */
export function statusPathsOf(draft: Draft): string[][] {
  const paths: string[][] = [];
  const collect = (reads: Reads, path: string[]) => {
    if (reads === "whole") paths.push(path);
    else for (const [key, below] of reads) collect(below, [...path, key]);
  };
  for (const reads of readsOfDrafts([draft]).values()) {
    if (reads !== "whole") collect(reads.get("status") ?? new Map(), ["status"]);
  }
  return paths.filter((path) => !path.includes("*"));
}

/** The reads of the value at a path. */
function alongPath(path: FieldPath): Reads {
  return path.reduceRight<Reads>(
    (below, step) => new Map([[typeof step === "number" ? "*" : step, below]]),
    "whole",
  );
}

/** The drafts of a node that read other nodes. */
function foreignDrafts(node: PreparedNode): Draft[] {
  return [
    ...node.fields.map((field) => field.draft),
    ...node.forEach.flatMap(({ draft }) => draft ?? []),
    ...node.includeWhen,
  ];
}
