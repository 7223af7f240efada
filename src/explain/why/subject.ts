/** The errors of `kro why` for a node or a field that the graph does not have. */
import type { Explanation } from "./model.ts";
import { didYouMean } from "../../api/mod.ts";

/** The error for a node or a field that the graph does not have. The message may suggest a name. */
export class UnknownSubject extends Error {
  /** The name of the error, which is always `UnknownSubject`. */
  override readonly name = "UnknownSubject";
}

/** The greatest number of known names that a message lists. */
const MAX_NAMES = 20;

/** Returns the error for an argument of `kro why` that is not a path. */
export function malformed(subject: string): UnknownSubject {
  return new UnknownSubject(
    `"${subject}" is not NODE or NODE.field.path, such as app.spec.ports[0]`,
  );
}

/**
 * Returns the error for an unknown node.
 *
 * @param own The names of further subjects, such as `status`.
 */
export function unknownNode(
  graph: string,
  id: string,
  nodes: readonly string[],
  own: readonly string[],
): UnknownSubject {
  const known = nodes.length > 0 ? `its nodes are ${nodes.join(", ")}` : "the graph has no nodes";
  const hint = didYouMean(id, [...nodes, ...own]) ?? known;
  return new UnknownSubject(`the graph "${graph}" has no node "${id}"; ${hint}`);
}

/**
 * Returns the error for an unknown field.
 *
 * @param where The kind and the path of the object that lacks the field, such as `Deployment.spec`.
 */
export function unknownField(
  where: string,
  field: string | number,
  known: readonly string[],
): UnknownSubject {
  const isShort = known.length > 0 && known.length <= MAX_NAMES;
  const list = isShort ? `known are ${known.toSorted().join(", ")}` : undefined;
  const hint = didYouMean(String(field), known) ?? list;
  return new UnknownSubject(`${where} has no field "${field}"${hint ? `; ${hint}` : ""}`);
}

/** Returns the error for an index after a node that is not a collection. */
export function notCollection(id: string, index: number): UnknownSubject {
  return new UnknownSubject(`node "${id}" has one object: leave out [${index}]`);
}

/**
 * Returns the error for a collection without an index, or with an index that is too large.
 *
 * @param places The indexes of the collection's objects.
 */
export function notObject(
  id: string,
  index: number | undefined,
  places: readonly number[],
): UnknownSubject {
  const sorted = places.toSorted((a, b) => a - b);
  const range = sorted.length === 0
    ? "the node has no objects"
    : `name one of its objects, ${id}[${sorted[0]}] to ${id}[${sorted.at(-1)}]`;
  return new UnknownSubject(
    index === undefined
      ? `node "${id}" is a collection: ${range}`
      : `${id}[${index}] does not exist: ${range}`,
  );
}

/**
 * Returns the error for a node or field of an instance that has no usable graph, or whose graph cannot be read.
 *
 * @param found The explanation of the instance, which contains the cause.
 */
export function noGraph(
  instance: string,
  subject: string,
  { because }: Explanation,
): UnknownSubject {
  const cause = because.findLast(({ topic }) => topic === "object")!.text;
  return new UnknownSubject(`cannot explain "${subject}" of ${instance}: ${cause}`);
}
