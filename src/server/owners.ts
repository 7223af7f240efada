/** Finds the field managers that explain why an object differs from its template, is suspended or stays. */
import { Annotation, isObject, type Json, type KubeObject, Manager, pathText } from "../api/mod.ts";
import { type FieldOwner, fieldOwners } from "../explain/mod.ts";

/** A field, and the field managers that own the field. */
export interface OwnedField {
  /** The path of the field, such as `spec.replicas` or `metadata.finalizers[0]`. */
  path: string;
  /** The field managers, as the managed fields of the object name them. */
  owners: FieldOwner[];
}

type Path = readonly (string | number)[];

/** The fields of a template that name the object. The API server sets no owner for these fields. */
const NAMING = new Set(["apiVersion", "kind", "metadata.name", "metadata.namespace"]);

/**
 * Returns these fields of an object with their owners:
 *
 * - the fields of the template that other field managers own, and kro does not own any more
 * - the annotation that suspends an instance
 * - each finalizer, if the object is being deleted
 *
 * @param template The template of the object's node; undefined for an instance.
 */
export function notableOwners(object: KubeObject, template?: Json): OwnedField[] {
  const { annotations, deletionTimestamp, finalizers = [] } = object.metadata;
  const special: Path[] = [
    ...annotations?.[Annotation.reconcile] === undefined
      ? []
      : [["metadata", "annotations", Annotation.reconcile]],
    ...deletionTimestamp === undefined
      ? []
      : finalizers.map((_, i) => ["metadata", "finalizers", i]),
  ];
  const owned = (path: Path) => ({ path: pathText(path), owners: fieldOwners(object, path) });
  const drifted = leaves(template, object as unknown as Json, [])
    .map(owned)
    .filter(({ path, owners }) => !NAMING.has(path) && !owners.some(isKro));
  return [...special.map(owned), ...drifted].filter(({ owners }) => owners.length > 0);
}

function isKro({ manager }: FieldOwner): boolean {
  return manager === Manager.children || manager === Manager.kro;
}

/**
 * Returns the paths of the values in the template, as they are in the live object. The elements of a list are
 * matched by their field `name`. If an element has no live counterpart, the path of the list is returned.
 */
function leaves(template: Json | undefined, live: Json | undefined, path: Path): Path[] {
  if (isObject(template) && Object.keys(template).length > 0) {
    const present = isObject(live) ? live : {};
    return Object.entries(template).flatMap(([key, value]) =>
      leaves(value, present[key], [...path, key])
    );
  }
  if (!Array.isArray(template) || !Array.isArray(live)) return template === undefined ? [] : [path];
  const at = template.map((item) =>
    live.findIndex((each) => isObject(item) && isObject(each) && each.name === item.name)
  );
  if (at.includes(-1) || new Set(at).size < at.length) return [path];
  return template.flatMap((item, i) => leaves(item, live[at[i]!], [...path, at[i]!]));
}
