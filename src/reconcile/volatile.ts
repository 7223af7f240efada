/**
 * Volatile fields: their expressions read only resourceVersions. Every write changes a resourceVersion, so
 * two graphs that read each other's objects would write forever if such a field alone caused an apply.
 */
import { isObject, type KubeObject } from "../api/mod.ts";
import type { FieldPath, Node } from "../graph/mod.ts";
import type { Volatile } from "./cluster.ts";
import type { NodeResult } from "./result.ts";

/**
 * The node's volatile fields; undefined for a node without them. They are applied again when kro itself
 * wrote an object that they read, because that changes the basis.
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

/** A copy of the desired object with the live object's values at those paths where both have a value. */
export function withValuesOf(
  live: KubeObject,
  desired: KubeObject,
  paths: readonly FieldPath[],
): KubeObject {
  return replaced(desired, paths, (path) => valueAt(live, path));
}

/** A copy of the object with null at those paths where it has a value. */
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
    const exists = (isObject(parent) || Array.isArray(parent)) && last in parent;
    if (exists && other !== undefined) (parent as Record<string | number, unknown>)[last] = other;
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
