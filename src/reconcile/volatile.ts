/** Fields that say nothing but another object's resourceVersion: what others do to it is no reason to write. */
import { isObject, type KubeObject } from "../api/mod.ts";
import type { FieldPath, Node } from "../graph/mod.ts";
import type { NodeResult } from "./result.ts";

/** Fields that may differ without being a reason to write, as long as the basis is the same. */
export interface Volatile {
  /** Their places. */
  readonly paths: readonly FieldPath[];
  /** The resourceVersions that kro's own writes gave what they read, as far as this process wrote it. */
  readonly basis: string;
}

/**
 * Fields that read nothing but resourceVersions; undefined when there are none. Every status write
 * changes a resourceVersion: following it, two graphs that read each other's objects would write for
 * ever. What kro itself changed is followed: then the basis is another.
 */
export function volatileOf(
  node: Node,
  dependencies: ReadonlyMap<string, NodeResult>,
): Volatile | undefined {
  const fields = node.fields.filter((field) => field.revisionsOnly);
  if (fields.length === 0) return undefined;
  const ids = new Set(fields.flatMap((field) => field.expression.nodes));
  const revisions = [...ids].sort().flatMap((id) => dependencies.get(id)?.revisions ?? []);
  return { paths: fields.map((field) => field.path), basis: revisions.join(",") };
}

/** The desired object with the live one's values at those paths, where it has any. */
export function withValuesOf(
  live: KubeObject,
  desired: KubeObject,
  paths: readonly FieldPath[],
): KubeObject {
  return replaced(desired, paths, (path) => valueAt(live, path));
}

/** The object without what stands at those paths. */
export function withoutValues(object: KubeObject, paths: readonly FieldPath[]): KubeObject {
  return replaced(object, paths, () => null);
}

function replaced(
  object: KubeObject,
  paths: readonly FieldPath[],
  value: (path: FieldPath) => unknown,
): KubeObject {
  if (paths.length === 0) return object;
  const copy = structuredClone(object);
  for (const path of paths) {
    const parent = valueAt(copy, path.slice(0, -1));
    const [last, other] = [path.at(-1)!, value(path)];
    const isThere = (isObject(parent) || Array.isArray(parent)) && last in parent;
    if (isThere && other !== undefined) (parent as Record<string | number, unknown>)[last] = other;
  }
  return copy;
}

function valueAt(root: unknown, path: FieldPath): unknown {
  return path.reduce<unknown>(
    (at, step) =>
      isObject(at) || Array.isArray(at)
        ? (at as Record<string | number, unknown>)[step]
        : undefined,
    root,
  );
}
