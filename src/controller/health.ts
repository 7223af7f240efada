/** Derives the health of an instance from its state, its conditions and its annotations. */
import { type Condition, findCondition, type KubeObject } from "../api/mod.ts";
import { isSuspended } from "../reconcile/mod.ts";

/**
 * All values of {@link Health}, in the order in which the live page shows them. An instance that is being
 * deleted is `deleting`. An instance with the annotation `kro.run/reconcile: suspended` is `suspended`. An
 * instance with the state ERROR has the health `error`. An instance with the state ACTIVE is `ready`, or
 * `degraded` if its condition Ready is False. All other instances are `progressing`.
 */
export const HEALTHS = [
  "error",
  "degraded",
  "progressing",
  "ready",
  "suspended",
  "deleting",
] as const;

/** The health of an instance. */
export type Health = typeof HEALTHS[number];

/**
 * Returns the health of an instance. The state and the conditions are those that the last pass over the
 * instance found.
 */
export function healthOf(
  { metadata, ...rest }: KubeObject,
  state: string,
  conditions: readonly Condition[],
): Health {
  if (state === "DELETING" || metadata.deletionTimestamp !== undefined) return "deleting";
  if (isSuspended({ metadata, ...rest })) return "suspended";
  if (state === "ERROR") return "error";
  if (state !== "ACTIVE") return "progressing";
  const ready = findCondition(conditions, "Ready");
  return ready?.status === "False" ? "degraded" : "ready";
}

/** Returns the number of instances with each health. */
export function countHealth(healths: Iterable<Health>): Record<Health, number> {
  const counts = Object.fromEntries(HEALTHS.map((health) => [health, 0])) as Record<Health, number>;
  for (const health of healths) counts[health]++;
  return counts;
}
