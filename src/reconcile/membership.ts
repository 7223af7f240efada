/**
 * Decides which objects are members of an ApplySet. The ApplySet's label marks a member, and the managed
 * fields confirm that kro applied the object.
 */
import { type KubeObject, Label, type ManagedFieldsEntry, Manager } from "../api/mod.ts";

/**
 * Returns the managed-fields entry of kro's server-side applies (KEP-555), ignoring entries of
 * subresources. Returns undefined when kro never applied the object or no longer owns any of its fields.
 */
export function applyEntry(object: KubeObject): ManagedFieldsEntry | undefined {
  return object.metadata.managedFields?.find((entry) =>
    entry.manager === Manager.children && entry.operation === "Apply" && !entry.subresource
  );
}

/**
 * Reports whether kro applied the object. Labels alone do not prove this, because other controllers copy
 * labels, for example from a Service to its EndpointSlices. An object without any managed fields is treated
 * as applied, because only the labels can show the owner of such an object.
 */
export function isApplied(object: KubeObject): boolean {
  return !object.metadata.managedFields?.length || applyEntry(object) !== undefined;
}

/**
 * Reports whether the object is a member of the ApplySet with this id (KEP-3659). A member has the label
 * `applyset.kubernetes.io/part-of` with the id, and was applied by kro.
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
