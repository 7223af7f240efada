/** Finds the field managers that own a field, from the managed fields of an object (KEP-555). */
import {
  isObject,
  type Json,
  jsonEqual,
  type JsonObject,
  type KubeObject,
  type ManagedFieldsEntry,
  Manager,
  ownValue,
  parseJson,
} from "../../api/mod.ts";
import type { FieldPath } from "../../graph/mod.ts";

/** A field manager that owns a field. */
export interface FieldOwner {
  /** The name of the field manager. */
  manager: string;
  /** Whether the manager wrote the field by server-side apply (`Apply`) or by other requests (`Update`). */
  operation: "Apply" | "Update";
  /** The subresource through which the field was written; absent for the object itself. */
  subresource?: string;
  /** The time of the manager's last write that changed its fields, in RFC 3339 format. */
  time?: string;
}

/**
 * Returns the managers that own the field at a path, or a field below the path. The order is that of the
 * managed fields, which start with the oldest entry.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { fieldOwners } from "../mod.ts";
 *
 * const fieldsV1 = { "f:spec": { "f:replicas": {} } };
 * const managedFields = [{ manager: "scaler", operation: "Update" as const, fieldsV1 }];
 * const object = { apiVersion: "apps/v1", kind: "Deployment", metadata: { managedFields } };
 * assert.deepEqual(fieldOwners(object, ["spec", "replicas"]), [
 *   { manager: "scaler", operation: "Update" },
 * ]);
 * ```
 */
export function fieldOwners(object: KubeObject, path: FieldPath): FieldOwner[] {
  return (object.metadata.managedFields ?? [])
    .filter(({ fieldsV1 }) =>
      isObject(fieldsV1) && owns(fieldsV1, object as unknown as Json, path, 0)
    )
    .map(ownerOf);
}

function ownerOf({ manager, operation, subresource, time }: ManagedFieldsEntry): FieldOwner {
  return {
    manager: manager ?? "unknown",
    operation: operation ?? "Update",
    ...(subresource && { subresource }),
    ...(time && { time }),
  };
}

/** Reports whether kro applied the fields of this owner. */
export function isKro({ manager }: FieldOwner): boolean {
  return manager === Manager.children || manager === Manager.kro;
}

/** Formats an owner, such as `kube-controller-manager (Update of status)`. */
export function ownerText({ manager, operation, subresource }: FieldOwner): string {
  return `${manager} (${operation}${subresource ? ` of ${subresource}` : ""})`;
}

/**
 * Reports whether the field set contains the path from a level on. An empty set, such as that of `f:data` in
 * `{"f:data": {}}`, contains all paths below it.
 */
function owns(
  fields: JsonObject,
  value: Json | undefined,
  path: FieldPath,
  level: number,
): boolean {
  const step = path[level];
  if (step === undefined) return true;
  if (isLeaf(fields)) return !Object.hasOwn(fields, ".");
  const below = typeof step === "string"
    ? ownValue(fields, `f:${step}`)
    : elementOf(fields, value, step);
  return isObject(below) && owns(below, childOf(value, step), path, level + 1);
}

/** Whether each field set is a leaf of its tree. Listing the keys of a large set for each path takes long. */
const leaves = new WeakMap<JsonObject, boolean>();

/** Reports whether a field set has no keys other than `.`, which stands for the field itself. */
function isLeaf(fields: JsonObject): boolean {
  let known = leaves.get(fields);
  if (known === undefined) {
    known = Object.keys(fields).every((key) => key === ".");
    leaves.set(fields, known);
  }
  return known;
}

/** Returns the field set of a list element; undefined when the set does not contain the element. */
function elementOf(fields: JsonObject, list: Json | undefined, index: number): unknown {
  const element = childOf(list, index);
  for (const key in fields) if (isElement(key, element, index)) return fields[key];
}

function childOf(value: Json | undefined, step: string | number): Json | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  return (value as Record<string | number, Json | undefined>)[step];
}

/**
 * Reports whether a key of `fieldsV1` names a list element. `k:` is followed by the key fields of the element,
 * `v:` by the element itself, and `i:` by its index.
 */
function isElement(key: string, element: Json | undefined, index: number): boolean {
  if (key === `i:${index}`) return true;
  if (key.startsWith("v:")) return jsonEqual(parseJson(key.slice(2)), element);
  if (!key.startsWith("k:") || !isObject(element)) return false;
  const wanted = parseJson(key.slice(2));
  return isObject(wanted) &&
    Object.entries(wanted).every(([name, each]) => jsonEqual(element[name] ?? each, each));
}
