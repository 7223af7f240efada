/** Protects the objects of other instances from applies. The function is pure. */
import { ApiError, type KubeObject, Label, type ObjectRef, refText } from "../api/mod.ts";
import { isTaken } from "../reconcile/mod.ts";

/**
 * Throws `Conflict` when the object belongs to another ApplySet. Not even a forced apply may take over such
 * an object.
 */
export function refuseTaken(
  ref: ObjectRef,
  live: KubeObject | undefined,
  desired: KubeObject,
): void {
  const { [Label.applySetPartOf]: wanted, [Label.instanceId]: instanceUid } =
    desired.metadata.labels ?? {};
  if (!live || wanted === undefined) return;
  if (!isTaken(live, { applySetId: wanted, instanceUid })) return;
  const owner = live.metadata.labels?.[Label.applySetPartOf];
  const message = `apply ${refText(ref)}: it belongs to ApplySet "${owner}", not to "${wanted}"`;
  throw new ApiError(message, { reason: "Conflict", code: 409 });
}
