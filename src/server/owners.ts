/** Finds the field managers that explain why an object differs from its template, is suspended or stays. */
import {
  Annotation,
  isObject,
  type Json,
  type KubeObject,
  MAX_VALUES,
  moreValuesThan,
  pathText,
} from "../api/mod.ts";
import { type FieldOwner, isKro, OwnedValue } from "../explain/mod.ts";

/** A field, and the field managers that own the field. */
export interface OwnedField {
  /** The path of the field, such as `spec.replicas` or `metadata.finalizers[0]`. */
  path: string;
  /** The field managers, as the managed fields of the object name them. */
  owners: FieldOwner[];
}

type Path = readonly (string | number)[];

/** The maximum number of finalizers whose owners are returned. */
const MAX_FINALIZERS = 1_000;

/** The fields of a template that name the object. The API server sets no owner for these fields. */
const NAMING = new Set(["apiVersion", "kind", "metadata.name", "metadata.namespace"]);

/**
 * Returns these fields of an object with their owners:
 *
 * - the fields of the template that other field managers own, and kro does not own any more
 * - the annotation that suspends an instance
 * - each finalizer, if the object is being deleted
 *
 * The API server does not limit the number of field managers, and each of them may own all of these fields.
 * The number of values in the template, multiplied by the number of managers, may be at most {@link
 * MAX_VALUES}. Otherwise, the fields of the template are left out. The same limit holds for finalizers, of
 * which only the first ones are returned.
 *
 * @param template The template of the object's node; undefined for an instance.
 */
export function notableOwners(object: KubeObject, template?: Json): OwnedField[] {
  const { annotations, deletionTimestamp, finalizers = [], managedFields = [] } = object.metadata;
  const limit = Math.floor(MAX_VALUES / Math.max(1, managedFields.length));
  const found: OwnedField[] = [];
  const root = OwnedValue.of(object);
  const metadata = root.at("metadata");
  const addSpecial = (path: Path, { owners }: OwnedValue) => {
    if (owners.length > 0) found.push({ path: pathText(path), owners });
  };
  if (annotations?.[Annotation.reconcile] !== undefined) {
    const path = ["annotations", Annotation.reconcile];
    addSpecial(["metadata", ...path], metadata.at(path[0]!).at(path[1]!));
  }
  if (deletionTimestamp !== undefined) {
    const owned = metadata.at("finalizers");
    for (const index of finalizers.slice(0, Math.min(limit, MAX_FINALIZERS)).keys()) {
      addSpecial(["metadata", "finalizers", index], owned.at(index));
    }
  }
  if (template !== undefined && !moreValuesThan(template, limit)) {
    addForeign(template, object as unknown as Json, root, [], found);
  }
  return found;
}

/**
 * Adds the values in the template that other field managers own, and kro does not, as they are in the live
 * object. The elements of a list are matched by their field `name`. If an element has no live counterpart,
 * the list as a whole is added.
 */
function addForeign(
  template: Json | undefined,
  live: Json | undefined,
  owned: OwnedValue,
  path: Path,
  found: OwnedField[],
): void {
  if (template === undefined || !owned.isOwned) return;
  if (isObject(template) && Object.keys(template).length > 0) {
    const present = isObject(live) ? live : {};
    for (const key in template) {
      addForeign(template[key], present[key], owned.at(key), [...path, key], found);
    }
    return;
  }
  const isList = Array.isArray(template) && Array.isArray(live);
  const at = isList ? counterparts(template, live) : undefined;
  if (isList && at) {
    for (const [i, index] of at.entries()) {
      addForeign(template[i], live[index], owned.at(index), [...path, index], found);
    }
    return;
  }
  const { owners } = owned;
  const text = pathText(path);
  if (!owners.some(isKro) && !NAMING.has(text)) found.push({ path: text, owners });
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
