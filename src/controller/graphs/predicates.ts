/** Which changes of RGDs and CRDs are worth a look. */
import {
  Annotation,
  type GroupVersionKind,
  jsonEqual,
  type KubeObject,
  Label,
} from "../../api/mod.ts";
import { isSuspended } from "../../reconcile/mod.ts";

/**
 * True when an RGD's spec changed, its deletion began, or one of its annotations that count changed:
 * leave for breaking changes, suspension.
 */
export function rgdChanged(before: KubeObject | undefined, after: KubeObject): boolean {
  if (!before) return true;
  return before.metadata.uid !== after.metadata.uid ||
    before.metadata.generation !== after.metadata.generation ||
    isDeleting(before) !== isDeleting(after) ||
    allowsBreaking(before) !== allowsBreaking(after) ||
    isSuspended(before) !== isSuspended(after);
}

/** True when labels or annotations of a CRD changed, of which some may be the graph's. */
export function metadataChanged(before: KubeObject, after: KubeObject): boolean {
  return !jsonEqual(before.metadata.labels, after.metadata.labels) ||
    !jsonEqual(before.metadata.annotations, after.metadata.annotations);
}

/** True when a CRD's spec changed, its deletion began, or kro's labels on it changed. */
export function crdChanged(before: KubeObject | undefined, after: KubeObject): boolean {
  if (!before) return true;
  return before.metadata.uid !== after.metadata.uid ||
    before.metadata.generation !== after.metadata.generation ||
    isDeleting(before) !== isDeleting(after) ||
    OWNER_LABELS.some((l) => before.metadata.labels?.[l] !== after.metadata.labels?.[l]);
}

/** True when one of the kinds may be that of the CRD, of which only the name is known. */
export function mayDefine(crd: string, kinds: readonly GroupVersionKind[]): boolean {
  const group = crd.slice(crd.indexOf(".") + 1);
  return kinds.some((kind) => kind.group === group);
}

/** Labels by which a generated CRD belongs to an RGD. */
const OWNER_LABELS = [Label.owned, Label.managedBy, Label.rgdName, Label.rgdId];

function isDeleting(object: KubeObject): boolean {
  return object.metadata.deletionTimestamp !== undefined;
}

function allowsBreaking(object: KubeObject): boolean {
  return object.metadata.annotations?.[Annotation.allowBreakingChanges] === "true";
}
