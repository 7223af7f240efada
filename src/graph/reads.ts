/** What the expressions of a graph read of each node's objects: caches keep no more than that. */
import { addRead, type Reads, readsOf } from "../cel/mod.ts";
import type { Draft } from "./expression.ts";
import type { PreparedNode } from "./prepare.ts";
import type { FieldPath } from "./types.ts";

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

/**
 * By node id, what is read of one object of it, with the fields of its own that say nothing but
 * resourceVersions; `status` holds what the status reads of each name.
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
    // Whether these differ is told by what stands there.
    for (const { path, draft } of node.fields) {
      if (readsRevisionsOnly(draft, ids)) addRead(found, id, alongPath(path));
    }
    for (const [name, own] of readsOfDrafts(node.readyWhen)) {
      if (name === (isList ? "each" : id)) addRead(found, id, own);
    }
    return [id, found.get(id)!];
  }));
}

/** Whether the drafts of nodes, or the status by what it reads, look at that annotation of the instance. */
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

/** True when a draft reads nodes, and nothing at all but `metadata.resourceVersion`. */
export function readsRevisionsOnly(draft: Draft, ids: ReadonlySet<string>): boolean {
  const found = [...readsOfDrafts([draft])];
  const only = (reads: Reads, [first, ...rest]: string[]): boolean =>
    first === undefined
      ? reads === "whole"
      : reads !== "whole" && reads.size === 1 && reads.has(first) && only(reads.get(first)!, rest);
  return found.some(([name]) => ids.has(name)) &&
    found.every(([, reads]) => only(reads, ["metadata", "resourceVersion"]));
}

/** The paths below `status` that a draft of readyWhen reads whole. */
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

function alongPath(path: FieldPath): Reads {
  return path.reduceRight<Reads>(
    (below, step) => new Map([[typeof step === "number" ? "*" : step, below]]),
    "whole",
  );
}

function foreignDrafts(node: PreparedNode): Draft[] {
  return [
    ...node.fields.map((field) => field.draft),
    ...node.forEach.flatMap(({ draft }) => draft ?? []),
    ...node.includeWhen,
  ];
}
