/** Finds the field managers that own a field, from the managed fields of an object (KEP-555). */
import {
  isObject,
  type Json,
  jsonEqual,
  type JsonObject,
  type KubeObject,
  type ManagedFieldsEntry,
  Manager,
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
    .filter(({ fieldsV1 }) => isObject(fieldsV1) && owns(fieldsV1, object as unknown as Json, path))
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
 * Reports whether the field set contains the path. An empty set, such as that of `f:data` in
 * `{"f:data": {}}`, contains all paths below it.
 */
function owns(fields: JsonObject, value: Json | undefined, path: FieldPath): boolean {
  const [step, ...rest] = path;
  if (step === undefined) return true;
  const keys = Object.keys(fields).filter((key) => key !== ".");
  if (keys.length === 0) return !Object.hasOwn(fields, ".");
  const key = keys.find((each) => isStep(each, value, step));
  const below = key === undefined ? undefined : fields[key];
  return isObject(below) && owns(below, childOf(value, step), rest);
}

function childOf(value: Json | undefined, step: string | number): Json | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  return (value as Record<string | number, Json | undefined>)[step];
}

/**
 * Reports whether a key of `fieldsV1` names this step. `f:` is followed by a field name, `k:` by the key fields
 * of a list element, `v:` by the element itself, and `i:` by its index.
 */
function isStep(key: string, value: Json | undefined, step: string | number): boolean {
  if (typeof step === "string") return key === `f:${step}`;
  if (key === `i:${step}`) return true;
  const element = childOf(value, step);
  if (key.startsWith("v:")) return jsonEqual(parseJson(key.slice(2)), element);
  if (!key.startsWith("k:") || !isObject(element)) return false;
  const wanted = parseJson(key.slice(2));
  return isObject(wanted) &&
    Object.entries(wanted).every(([name, each]) => jsonEqual(element[name] ?? each, each));
}
