/** Label selectors for the objects of an instance, in kubectl's syntax. */
import { Label } from "../api/mod.ts";
import type { CollectionRef } from "../reconcile/mod.ts";

/** Selects objects of one ApplySet, or of any of several. */
export function memberSelector(...applySets: readonly string[]): string {
  const [only, ...more] = applySets;
  return more.length === 0
    ? `${Label.applySetPartOf}=${only}`
    : `${Label.applySetPartOf} in (${applySets.join(",")})`;
}

/** Selects the items of a collection. */
export function itemSelector({ instanceUid, nodeId }: CollectionRef): string {
  return `${Label.instanceId}=${instanceUid},${Label.nodeId}=${nodeId}`;
}
