/** Which objects are members of an ApplySet: the label names the set, the managed fields prove it. */
import { type KubeObject, Label, type ManagedFieldsEntry, Manager } from "../api/mod.ts";

/**
 * The managed-fields entry of kro's server-side applies; undefined when kro never applied the object
 * or owns no field of it any more. Applies to a subresource do not count.
 */
export function applyEntry(object: KubeObject): ManagedFieldsEntry | undefined {
  return object.metadata.managedFields?.find((entry) =>
    entry.manager === Manager.children && entry.operation === "Apply" && !entry.subresource
  );
}

/**
 * True when kro applied the object, or when it has no managed fields at all, so that its labels are
 * the only evidence. Labels alone prove nothing: controllers copy them (EndpointSlices carry those
 * of their Service).
 */
export function isApplied(object: KubeObject): boolean {
  return !object.metadata.managedFields?.length || applyEntry(object) !== undefined;
}

/** True when the object is a member of the ApplySet with this id (KEP-3659): labelled and applied. */
export function isMember(object: KubeObject, applySet: string): boolean {
  return object.metadata.labels?.[Label.applySetPartOf] === applySet && isApplied(object);
}
