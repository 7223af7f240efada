/** Decides which objects are members of an ApplySet: by its label, confirmed by managed fields. */
import { type KubeObject, Label, type ManagedFieldsEntry, Manager } from "../api/mod.ts";

/**
 * The managed-fields entry of kro's server-side applies (KEP-555), subresources left out; undefined when
 * kro never applied the object or no longer owns a field of it.
 */
export function applyEntry(object: KubeObject): ManagedFieldsEntry | undefined {
  return object.metadata.managedFields?.find((entry) =>
    entry.manager === Manager.children && entry.operation === "Apply" && !entry.subresource
  );
}

/**
 * True when kro applied the object, or when it has no managed fields at all, so that only its labels can
 * tell. Labels alone do not suffice: other controllers copy them, as from a Service to its EndpointSlices.
 */
export function isApplied(object: KubeObject): boolean {
  return !object.metadata.managedFields?.length || applyEntry(object) !== undefined;
}

/**
 * True when the object is a member of the ApplySet with this id (KEP-3659): it has the label
 * `applyset.kubernetes.io/part-of`, and kro applied it.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { isMember } from "./mod.ts";
 *
 * const labels = { "applyset.kubernetes.io/part-of": "applyset-a-v1" };
 * const managedFields = [{ manager: "endpointslice-controller", operation: "Update" as const }];
 * const slice = { apiVersion: "discovery.k8s.io/v1", kind: "EndpointSlice" };
 * const copied = { ...slice, metadata: { name: "a", labels, managedFields } };
 * assert.ok(!isMember(copied, "applyset-a-v1"));
 * ```
 */
export function isMember(object: KubeObject, applySet: string): boolean {
  return object.metadata.labels?.[Label.applySetPartOf] === applySet && isApplied(object);
}
