/** Builds label selectors, in kubectl's syntax, for the objects that kro created for an instance. */
import { Label } from "../api/mod.ts";
import type { CollectionRef } from "../reconcile/mod.ts";

/** The label and its value by which the members of an ApplySet are selected. */
export interface MemberLabel {
  /** The name of the label. */
  label: string;
  /** The value of the label. */
  value: string;
}

/**
 * Returns the label by which a list request to the API server selects the members of an ApplySet: the label
 * `kro.run/instance-id` if the UID of the instance is given, otherwise the label `part-of`.
 */
export function memberLabel(applySet: string, instanceUid: string | undefined): MemberLabel {
  return instanceUid === undefined
    ? { label: Label.applySetPartOf, value: applySet }
    : { label: Label.instanceId, value: instanceUid };
}

/** Returns a selector for the objects on which the label has one of the values. */
export function memberSelector(label: string, values: readonly string[]): string {
  const [only, ...more] = values;
  return more.length === 0 ? `${label}=${only}` : `${label} in (${values.join(",")})`;
}

/** Returns a selector for the objects that a collection node created for an instance. */
export function itemSelector({ instanceUid, nodeId }: CollectionRef): string {
  return `${Label.instanceId}=${instanceUid},${Label.nodeId}=${nodeId}`;
}
