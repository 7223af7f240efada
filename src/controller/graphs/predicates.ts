/**
 * Decides which changes of an RGD or a CRD require that an RGD is processed again. All functions are pure.
 */
import {
  Annotation,
  type GroupVersionKind,
  jsonEqual,
  type KubeObject,
  Label,
} from "../../api/mod.ts";
import { isSuspended } from "../../reconcile/mod.ts";

/**
 * Returns true when an RGD must be published again. The RGD must be published again when its spec or UID has
 * changed, when its deletion has begun, or when one of two annotations has changed: the annotation that
 * suspends the RGD, or the annotation that allows breaking changes.
 */
export function rgdChanged(before: KubeObject | undefined, after: KubeObject): boolean {
  if (!before) return true;
  return before.metadata.uid !== after.metadata.uid ||
    before.metadata.generation !== after.metadata.generation ||
    isDeleting(before) !== isDeleting(after) ||
    allowsBreaking(before) !== allowsBreaking(after) ||
    isSuspended(before) !== isSuspended(after);
}

/**
 * Returns true when the labels or annotations of a CRD have changed. kro sets some of these labels and
 * annotations itself and must restore them.
 */
export function metadataChanged(before: KubeObject, after: KubeObject): boolean {
  return !jsonEqual(before.metadata.labels, after.metadata.labels) ||
    !jsonEqual(before.metadata.annotations, after.metadata.annotations);
}

/**
 * Returns true when the spec, the UID or the owner labels of a CRD have changed, or when its deletion has
 * begun.
 */
export function crdChanged(before: KubeObject | undefined, after: KubeObject): boolean {
  if (!before) return true;
  return before.metadata.uid !== after.metadata.uid ||
    before.metadata.generation !== after.metadata.generation ||
    isDeleting(before) !== isDeleting(after) ||
    OWNER_LABELS.some((l) => before.metadata.labels?.[l] !== after.metadata.labels?.[l]);
}

/**
 * Returns true when the CRD may define one of the kinds. Only the name of the CRD is known, and the name
 * contains the group but not the kind, so only the groups are compared.
 */
export function mayDefine(crd: string, kinds: readonly GroupVersionKind[]): boolean {
  const group = crd.slice(crd.indexOf(".") + 1);
  return kinds.some((kind) => kind.group === group);
}

/** The labels of a generated CRD that identify the RGD for which it was generated. */
const OWNER_LABELS = [Label.owned, Label.managedBy, Label.rgdName, Label.rgdId];

function isDeleting(object: KubeObject): boolean {
  return object.metadata.deletionTimestamp !== undefined;
}

function allowsBreaking(object: KubeObject): boolean {
  return object.metadata.annotations?.[Annotation.allowBreakingChanges] === "true";
}
