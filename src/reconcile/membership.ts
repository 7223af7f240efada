/**
 * Decides which objects are members of an ApplySet. The ApplySet's label marks a member, and the managed
 * fields confirm that kro applied the object.
 */
import {
  isObject,
  type JsonObject,
  type KubeObject,
  Label,
  type ManagedFieldsEntry,
  Manager,
} from "../api/mod.ts";

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
 * The id of an instance's ApplySet and the UID of the instance. kro writes both to labels of the instance's
 * objects.
 */
export interface Parent {
  /** The id of the ApplySet, the value of the label `applyset.kubernetes.io/part-of`. */
  applySetId: string;
  /** The UID of the instance, the value of the label `kro.run/instance-id`. */
  instanceUid?: string;
}

/**
 * Reports whether the object is a member of the ApplySet with this parent (KEP-3659). A member has the label
 * `applyset.kubernetes.io/part-of` with the id of the ApplySet, and was applied by kro.
 *
 * The label counts only if kro owns it. When another client edits the label, kro's entry in the managed
 * fields no longer lists it. The label `kro.run/instance-id` then decides: the object is a member if kro owns
 * this label and its value is the UID of the parent.
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
 * assert.ok(!isMember(copied, { applySetId: "applyset-a-v1" }));
 * ```
 */
export function isMember(object: KubeObject, parent: Parent): boolean {
  if (!isApplied(object)) return false;
  const { applySetId, instanceUid } = ownLabels(object);
  if (applySetId !== undefined) return applySetId === parent.applySetId;
  return instanceUid !== undefined && instanceUid === parent.instanceUid;
}

/**
 * Reports whether the object belongs to an ApplySet other than that of the parent. An object without the
 * label `part-of` belongs to no ApplySet. If kro applied the object but another client wrote the label
 * `part-of`, the label `kro.run/instance-id` decides: the object belongs to another ApplySet if kro owns this
 * label and its value is not the UID of the parent.
 */
export function isTaken(object: KubeObject, parent: Parent): boolean {
  const label = object.metadata.labels?.[Label.applySetPartOf];
  if (label === undefined || label === parent.applySetId) return false;
  if (applyEntry(object) === undefined) return true;
  const { applySetId, instanceUid } = ownLabels(object);
  if (applySetId !== undefined) return true;
  return instanceUid !== undefined && instanceUid !== parent.instanceUid;
}

/**
 * Returns those of the two labels `part-of` and `kro.run/instance-id` that kro does not own, according to the
 * managed fields. Returns an empty list when kro did not apply the object, or when kro's managed-fields entry
 * has no `fieldsV1`.
 */
export function foreignLabels(object: KubeObject): ParentLabel[] {
  const entry = applyEntry(object);
  return entry ? PARENT_LABELS.filter((label) => !owns(entry, label)) : [];
}

/**
 * Returns the `fieldsV1` of a managed-fields entry that owns the labels `part-of` and `kro.run/instance-id`,
 * except the labels in `foreign`. {@link isMember} and {@link isTaken} read only these labels in `fieldsV1`.
 */
export function fieldsWithout(foreign: readonly ParentLabel[]): JsonObject {
  const own = PARENT_LABELS.filter((label) => !foreign.includes(label));
  const labels = Object.fromEntries(own.map((label) => [`f:${label}`, {}]));
  return { "f:metadata": { "f:labels": labels } };
}

/** The name of a label that identifies the instance to which an object belongs. */
export type ParentLabel = typeof Label.applySetPartOf | typeof Label.instanceId;

const PARENT_LABELS: readonly ParentLabel[] = [Label.applySetPartOf, Label.instanceId];

/** Returns the values of the labels that identify the instance. Leaves out a label that kro does not own. */
function ownLabels(object: KubeObject): Partial<Parent> {
  const { labels = {} } = object.metadata;
  const entry = applyEntry(object);
  if (!entry) return { applySetId: labels[Label.applySetPartOf] };
  const own = (label: ParentLabel) => owns(entry, label) ? labels[label] : undefined;
  return { applySetId: own(Label.applySetPartOf), instanceUid: own(Label.instanceId) };
}

/** Reports whether the entry owns the label. An entry without `fieldsV1` counts as owning all labels. */
function owns({ fieldsV1 }: ManagedFieldsEntry, label: ParentLabel): boolean {
  if (fieldsV1 === undefined) return true;
  const metadata = fieldsV1["f:metadata"];
  const labels = isObject(metadata) ? metadata["f:labels"] : undefined;
  return isObject(labels) && Object.hasOwn(labels, `f:${label}`);
}
