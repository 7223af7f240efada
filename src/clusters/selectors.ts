/** Builds label selectors, in kubectl's syntax, for the objects that kro created for an instance. */
import { Label } from "../api/mod.ts";
import type { CollectionRef } from "../reconcile/mod.ts";

/** Returns a selector for the objects of one ApplySet, or of any of several ApplySets. */
export function memberSelector(...applySets: readonly string[]): string {
  const [only, ...more] = applySets;
  return more.length === 0
    ? `${Label.applySetPartOf}=${only}`
    : `${Label.applySetPartOf} in (${applySets.join(",")})`;
}

/** Returns a selector for the objects that a collection node created for an instance. */
export function itemSelector({ instanceUid, nodeId }: CollectionRef): string {
  return `${Label.instanceId}=${instanceUid},${Label.nodeId}=${nodeId}`;
}
