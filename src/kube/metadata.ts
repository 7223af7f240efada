/**
 * Checks the types of the metadata that a server returns. The API server checks the metadata of its own
 * objects, but forwards the responses of an aggregated API server unchanged.
 */
import { isObject } from "../api/mod.ts";

type Check = (value: unknown) => boolean;

const isString: Check = (value) => typeof value === "string";
const isMap: Check = (value) => isObject(value) && Object.values(value).every(isString);
const listOf = (check: Check): Check => (value) => Array.isArray(value) && value.every(check);

const isReference: Check = (value) =>
  isObject(value) && ["apiVersion", "kind", "name", "uid"].every((field) => isString(value[field]));

const isManagedFieldsEntry: Check = (value) =>
  isObject(value) && (value.fieldsV1 == null || isObject(value.fieldsV1)) &&
  ["manager", "operation", "apiVersion", "time", "subresource"].every((field) =>
    value[field] == null || isString(value[field])
  );

/** The fields of the metadata that kro reads. */
const FIELDS: readonly (readonly [field: string, check: Check])[] = [
  ["name", isString],
  ["generateName", isString],
  ["namespace", isString],
  ["uid", isString],
  ["resourceVersion", isString],
  ["generation", (value) => typeof value === "number"],
  ["deletionTimestamp", isString],
  ["labels", isMap],
  ["annotations", isMap],
  ["finalizers", listOf(isString)],
  ["ownerReferences", listOf(isReference)],
  ["managedFields", listOf(isManagedFieldsEntry)],
];

/**
 * Removes the fields that are null from the metadata of an object, because they mean the same as absent
 * fields. Returns whether the value is an object with metadata whose other fields have the types of
 * metav1.ObjectMeta.
 */
export function normalizeMetadata(value: unknown): boolean {
  if (!isObject(value) || !isObject(value.metadata)) return false;
  const { metadata } = value;
  for (const [field, check] of FIELDS) {
    const found = metadata[field];
    if (found === undefined) continue;
    if (found === null) delete metadata[field];
    else if (!check(found)) return false;
  }
  return metadata.creationTimestamp == null || isString(metadata.creationTimestamp);
}
