/**
 * Finds the fields of each node's objects that the expressions of a graph read. Caches keep only these
 * fields.
 */
import { addRead, type Reads, readsOf } from "../cel/mod.ts";
import type { Draft } from "./expression.ts";
import type { PreparedNode } from "./prepare.ts";
import type { FieldPath } from "./types.ts";

/**
 * Collects the parts of each variable that the expressions of the given strings read.
 *
 * @param found The map to which the reads are added. The keys are the names of the variables.
 */
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
 * Returns the parts of each variable that the expressions of the nodes and of the status read, except the
 * expressions of readyWhen, which read only their own node. The generator yields after each string.
 *
 * @param status For each variable, the parts of its value that the expressions of the status read.
 */
export function* readsOfGraph(
  nodes: readonly PreparedNode[],
  status: ReadonlyMap<string, Reads>,
): Generator<undefined, ReadonlyMap<string, Reads>> {
  const found = new Map(status);
  for (const node of nodes) {
    for (const draft of foreignDrafts(node)) {
      readsOfDrafts([draft], found);
      yield;
    }
  }
  return found;
}

/**
 * Returns the parts of each node's objects that caches must keep. The keys are the ids of the nodes. Caches
 * must keep the parts that the expressions of the graph read. Caches must also keep each field whose
 * expression reads only resourceVersions, because kro compares the live value of such a field with its
 * desired value (see {@link Field.revisionsOnly}). The generator yields after each node, and after each
 * expression of readyWhen.
 *
 * @param byName The result of {@link readsOfGraph}.
 */
export function* readsOfNodes(
  nodes: readonly PreparedNode[],
  byName: ReadonlyMap<string, Reads>,
): Generator<undefined, Map<string, Reads>> {
  const ids = new Set(nodes.map((node) => node.draft.id));
  const result = new Map<string, Reads>();
  for (const node of nodes) {
    const { id, type } = node.draft;
    const isList = type === "collection" || type === "externalCollection";
    const found = new Map<string, Reads>();
    const read = byName.get(id) ?? new Map();
    addRead(found, id, isList && read !== "whole" ? read.get("*") ?? new Map() : read);
    // A field that depends only on resourceVersions is compared with its live value, so the cache must keep
    // the field.
    for (const { path, draft } of node.fields) {
      if (readsRevisionsOnly(draft, ids)) addRead(found, id, alongPath(path));
    }
    for (const draft of node.readyWhen) {
      const own = readsOfDrafts([draft]).get(isList ? "each" : id);
      if (own) addRead(found, id, own);
      yield;
    }
    result.set(id, found.get(id)!);
    yield;
  }
  return result;
}

/**
 * Reports whether an expression of the nodes or of the status reads the given annotation of the instance.
 *
 * @param byName The result of {@link readsOfGraph}.
 * @param annotation The key of the annotation.
 */
export function readsInstanceAnnotation(
  byName: ReadonlyMap<string, Reads>,
  annotation: string,
): boolean {
  let read = byName.get("schema");
  for (const step of ["metadata", "annotations", annotation]) {
    if (read === undefined || read === "whole") break;
    read = read.get(step) ?? read.get("*");
  }
  return read !== undefined;
}

/**
 * Reports whether the expressions of a string read only the field `metadata.resourceVersion` of their
 * variables, and at least one of these variables is a node.
 */
export function readsRevisionsOnly(draft: Draft, ids: ReadonlySet<string>): boolean {
  const found = [...readsOfDrafts([draft])];
  const only = (reads: Reads, [first, ...rest]: string[]): boolean =>
    first === undefined
      ? reads === "whole"
      : reads !== "whole" && reads.size === 1 && reads.has(first) && only(reads.get(first)!, rest);
  return found.some(([name]) => ids.has(name)) &&
    found.every(([, reads]) => only(reads, ["metadata", "resourceVersion"]));
}

/**
 * Returns the paths below `status` whose whole values an expression of readyWhen reads. For
 * `pod.status.phase`, the path is `["status", "phase"]`. Paths that pass through a list are left out.
 */
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

/** Returns the {@link Reads} of an expression that reads only the value at this path. */
function alongPath(path: FieldPath): Reads {
  return path.reduceRight<Reads>(
    (below, step) => new Map([[typeof step === "number" ? "*" : step, below]]),
    "whole",
  );
}

/**
 * Returns the strings of a node that may read other nodes. The strings of readyWhen are left out, because
 * they read only the node itself.
 */
function foreignDrafts(node: PreparedNode): Draft[] {
  return [
    ...node.fields.map((field) => field.draft),
    ...node.forEach.flatMap(({ draft }) => draft ?? []),
    ...node.includeWhen,
  ];
}
