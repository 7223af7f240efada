/**
 * Handles volatile fields. A field is volatile if its expression reads only resourceVersions, such as
 * `${config.metadata.resourceVersion}`. If an object differs from its desired state only in volatile fields,
 * kro normally does not apply the object. Otherwise two graphs that read each other's objects would cause
 * writes forever, because every write changes a resourceVersion.
 */
import { copyOf, define, type KubeObject, ownValue, valueAt } from "../api/mod.ts";
import type { FieldPath, Node } from "../graph/mod.ts";
import type { Volatile } from "./cluster.ts";
import type { NodeResult } from "./result.ts";

/**
 * Returns the volatile fields of the node; undefined when the node has no volatile fields. The expressions of
 * these fields read other objects. `basis` lists the resourceVersions that these other objects got from kro's
 * last writes. When kro writes one of them again, `basis` changes, and kro applies the volatile fields again.
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

/**
 * Returns a copy of `desired` that has the values of `live` at these paths. If `desired` or `live` has no
 * value at a path, the copy does not change there.
 */
export function withValuesOf(
  live: KubeObject,
  desired: KubeObject,
  paths: readonly FieldPath[],
): KubeObject {
  return replaced(desired, paths, (path) => valueAt(live, path));
}

/**
 * Returns a copy of the object in which the values at the given paths are null. A path without a value is
 * left unchanged.
 */
export function withoutValues(object: KubeObject, paths: readonly FieldPath[]): KubeObject {
  return replaced(object, paths, () => null);
}

function replaced(
  object: KubeObject,
  paths: readonly FieldPath[],
  value: (path: FieldPath) => unknown,
): KubeObject {
  let copy = object;
  for (const path of paths) {
    const other = value(path);
    if (valueAt(copy, path) !== undefined && other !== undefined) {
      copy = withValueAt(copy, path, other);
    }
  }
  return copy;
}

/**
 * Returns a copy in which the existing value at the path is replaced. The copy shares all other values with
 * the original, so that the time does not depend on the size of the object.
 */
function withValueAt<T>(original: T, path: readonly (string | number)[], value: unknown): T {
  const [step, ...rest] = path;
  if (step === undefined) return value as T;
  const copy = (Array.isArray(original) ? original.slice() : copyOf(original as object)) as
    & T
    & object;
  define(copy, step, withValueAt(ownValue(original, step), rest, value));
  return copy;
}
