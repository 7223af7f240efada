/** Compares two JSON values, and draws the differences between two revisions of a graph. */
import type { DrawnNode, Edge } from "./layout.ts";

/** A field that differs between two JSON values. */
export interface Difference {
  /** The path of the field, such as `spec.ports[0].name`. */
  readonly path: string;
  /** The value of the field in the first JSON value; undefined if the field is absent there. */
  readonly a: unknown;
  /** The value of the field in the second JSON value; undefined if the field is absent there. */
  readonly b: unknown;
}

/** Returns the fields that differ between the JSON values `a` and `b`. Lists are compared by index. */
export function differencesOf(a: unknown, b: unknown, path = ""): Difference[] {
  if (Object.is(a, b)) return [];
  const isContainer = (value: unknown): value is Record<string, unknown> =>
    typeof value === "object" && value !== null;
  if (isContainer(a) && isContainer(b) && Array.isArray(a) === Array.isArray(b)) {
    const step = (key: string) =>
      Array.isArray(a) ? `${path}[${key}]` : path === "" ? key : `${path}.${key}`;
    const keys = [...new Set([...Object.keys(a), ...Object.keys(b)])];
    return keys.flatMap((key) => differencesOf(a[key], b[key], step(key)));
  }
  return [{ path, a, b }];
}

/** An entry of `spec.resources` of a revision. */
export interface Resource {
  /** The id of the node. */
  readonly id: string;
  /** The template of the object; absent for an external reference. */
  readonly template?: { readonly kind?: string };
  /** The external reference; absent for an object that kro applies. */
  readonly externalRef?: { readonly kind?: string };
  /** The dimensions of the collection; absent if the node is one object. */
  readonly forEach?: unknown;
  /** The conditions for the node's objects; absent if the node is not conditional. */
  readonly includeWhen?: unknown;
}

/** A revision of a graph, as {@link mergedDrawing} reads it. */
export interface Revision {
  /** The entries of `spec.resources`. */
  readonly resources: readonly Resource[];
  /** The ids of the nodes that each node depends on. */
  readonly dependencies: Readonly<Record<string, readonly string[]>>;
}

/**
 * Returns a drawing of two revisions in which each node is marked as added, removed, changed or equal. The edges
 * are the dependencies of both revisions.
 */
export function mergedDrawing(
  before: Revision,
  after: Revision,
): { nodes: DrawnNode[]; edges: Edge[] } {
  const old = new Map(before.resources.map((each) => [each.id, each]));
  const present = new Map(after.resources.map((each) => [each.id, each]));
  const all = new Map([...old, ...present]);
  const nodes = [...all.values()].map((each): DrawnNode => {
    const { id, template, externalRef, forEach, includeWhen } = each;
    return {
      id,
      kind: template?.kind ?? externalRef?.kind ?? "",
      type: externalRef ? "external" : forEach ? "collection" : "resource",
      isConditional: includeWhen !== undefined,
      ...changeOf(old.get(id), present.get(id)),
    };
  });
  const edges = [...all.keys()].flatMap((to) => {
    const read = [before, after].flatMap(({ dependencies }) =>
      Object.hasOwn(dependencies, to) ? dependencies[to]! : []
    );
    return [...new Set(read)].filter((from) => all.has(from)).map((from) => ({ from, to }));
  });
  return { nodes, edges };
}

function changeOf(before: unknown, after: unknown): Pick<DrawnNode, "note" | "tone"> {
  if (before === undefined) return { note: "added", tone: "good" };
  if (after === undefined) return { note: "removed", tone: "bad" };
  if (differencesOf(before, after).length > 0) return { note: "changed", tone: "busy" };
  return { note: "equal", tone: "quiet" };
}
