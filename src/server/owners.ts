/** Finds the field managers that explain why an object differs from its template, is suspended or stays. */
import { Annotation, isObject, type Json, type KubeObject, pathText } from "../api/mod.ts";
import { type FieldOwner, fieldOwners, isKro } from "../explain/mod.ts";

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
  const found: OwnedField[] = [];
  const add = (path: Path, owners: FieldOwner[]) => found.push({ path: pathText(path), owners });
  for (const path of special) {
    const owners = fieldOwners(object, path);
    if (owners.length > 0) add(path, owners);
  }
  for (const path of leaves(template, object as unknown as Json, [])) {
    const owners = fieldOwners(object, path);
    const isForeign = owners.length > 0 && !owners.some(isKro);
    if (isForeign && !NAMING.has(pathText(path))) add(path, owners);
  }
  return found;
}

/**
 * Returns the paths of the values in the template, as they are in the live object. The elements of a list are
 * matched by their field `name`. If an element has no live counterpart, the path of the list is returned.
 */
function leaves(
  template: Json | undefined,
  live: Json | undefined,
  path: Path,
  found: Path[] = [],
): Path[] {
  if (isObject(template) && Object.keys(template).length > 0) {
    const present = isObject(live) ? live : {};
    for (const key in template) leaves(template[key], present[key], [...path, key], found);
    return found;
  }
  const isList = Array.isArray(template) && Array.isArray(live);
  const at = isList ? counterparts(template, live) : undefined;
  if (isList && at) {
    for (const [i, index] of at.entries()) {
      leaves(template[i], live[index], [...path, index], found);
    }
  } else if (template !== undefined) found.push(path);
  return found;
}

/**
 * Returns the index of the live element with the same name for each element of a list; undefined when an
 * element has no live element of its own.
 */
function counterparts(template: readonly Json[], live: readonly Json[]): number[] | undefined {
  const byName = new Map<Json | undefined, number>();
  for (const [index, element] of live.entries()) {
    if (isObject(element) && !byName.has(element.name)) byName.set(element.name, index);
  }
  const at = template.map((item) => isObject(item) ? byName.get(item.name) : undefined)
    .filter((index) => index !== undefined);
  return at.length === template.length && new Set(at).size === at.length ? at : undefined;
}
