/** Predicates: which changes of RGDs and CRDs requeue an RGD. Pure. */
import {
  Annotation,
  type GroupVersionKind,
  jsonEqual,
  type KubeObject,
  Label,
} from "../../api/mod.ts";
import { isSuspended } from "../../reconcile/mod.ts";

/**
 * True when the RGD has to be published again: its spec or uid changed, its deletion began, or one of the
 * annotations changed that suspend it or allow breaking changes.
 */
export function rgdChanged(before: KubeObject | undefined, after: KubeObject): boolean {
  if (!before) return true;
  return before.metadata.uid !== after.metadata.uid ||
    before.metadata.generation !== after.metadata.generation ||
    isDeleting(before) !== isDeleting(after) ||
    allowsBreaking(before) !== allowsBreaking(after) ||
    isSuspended(before) !== isSuspended(after);
}

/** True when labels or annotations of a CRD changed, of which the graph generates some. */
export function metadataChanged(before: KubeObject, after: KubeObject): boolean {
  return !jsonEqual(before.metadata.labels, after.metadata.labels) ||
    !jsonEqual(before.metadata.annotations, after.metadata.annotations);
}

/** True when a CRD's spec, uid or owner labels changed, or its deletion began. */
export function crdChanged(before: KubeObject | undefined, after: KubeObject): boolean {
  if (!before) return true;
  return before.metadata.uid !== after.metadata.uid ||
    before.metadata.generation !== after.metadata.generation ||
    isDeleting(before) !== isDeleting(after) ||
    OWNER_LABELS.some((l) => before.metadata.labels?.[l] !== after.metadata.labels?.[l]);
}

/** True when the CRD may define one of the kinds. Compares groups only, because just the name is known. */
export function mayDefine(crd: string, kinds: readonly GroupVersionKind[]): boolean {
  const group = crd.slice(crd.indexOf(".") + 1);
  return kinds.some((kind) => kind.group === group);
}

/** Labels that name the RGD that a CRD was generated for. */
const OWNER_LABELS = [Label.owned, Label.managedBy, Label.rgdName, Label.rgdId];

function isDeleting(object: KubeObject): boolean {
  return object.metadata.deletionTimestamp !== undefined;
}

function allowsBreaking(object: KubeObject): boolean {
  return object.metadata.annotations?.[Annotation.allowBreakingChanges] === "true";
}
