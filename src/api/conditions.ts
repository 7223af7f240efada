/**
 * Status conditions, as the Kubernetes API conventions define them. One root condition, usually `Ready`,
 * summarizes the other conditions of an object.
 */
import type { KubeObject } from "./object.ts";
import { MAX_CONDITION_MESSAGE, shortened } from "./shorten.ts";

/** A status condition of an object (metav1.Condition). */
export interface Condition {
  /** The type of the condition, such as `Ready`. */
  type: string;
  /** Whether the condition holds; `Unknown` when kro cannot determine it. */
  status: "True" | "False" | "Unknown";
  /** The reason for the status as one CamelCase word, on which programs may branch. */
  reason?: string;
  /** A message that explains the status to people. */
  message?: string;
  /** The time at which `status` last changed, in RFC 3339 format. */
  lastTransitionTime?: string;
  /** The `metadata.generation` of the object that the condition was derived from. */
  observedGeneration?: number;
}

/** The new state of one condition. {@link setConditions} adds the generation and the transition time. */
export interface ConditionUpdate {
  /** The type of the condition, such as `Ready`. */
  type: string;
  /** Whether the condition holds; `Unknown` when kro cannot determine it. */
  status: "True" | "False" | "Unknown";
  /** The reason for the status as one CamelCase word, on which programs may branch. */
  reason: string;
  /** A message that explains the status to people. */
  message: string;
}

/** The condition types that kro sets on the objects of one kind. */
export interface ConditionSet {
  /** The type of the root condition, usually `Ready`. */
  root: string;
  /** The condition types that the root condition summarizes. */
  dependents: readonly string[];
  /**
   * Condition types that earlier releases of kro set. {@link setConditions} removes conditions of these
   * types.
   */
  retired?: readonly string[];
}

/** The condition types of a ResourceGraphDefinition. */
export const RGD_CONDITIONS: ConditionSet = {
  root: "Ready",
  dependents: ["GraphRevisionsResolved", "GraphAccepted", "KindReady", "ControllerReady"],
  retired: ["ResourceGraphAccepted"],
};

/** The condition types of a GraphRevision. */
export const REVISION_CONDITIONS: ConditionSet = { root: "Ready", dependents: ["GraphVerified"] };

/** The condition types that kro sets on instances. */
export const INSTANCE_CONDITIONS: ConditionSet = {
  root: "Ready",
  dependents: ["InstanceManaged", "GraphResolved", "ResourcesReady"],
};

/** The generation and the times that {@link setConditions} writes into conditions. */
export interface ConditionStamp {
  /** The present `metadata.generation` of the object. */
  generation: number;
  /** The time that a condition gets as its transition time when its status changes, in RFC 3339 format. */
  now: string;
  /**
   * The creation time of the object, in RFC 3339 format. This time becomes the transition time of conditions
   * that were never set.
   */
  created: string;
}

/**
 * Merges updates into the existing conditions of an object and derives the root condition, as upstream kro's
 * function `apis.Set` does.
 *
 * - A dependent condition that was never set becomes Unknown with the reason AwaitingReconciliation.
 * - Only updated conditions get the new `observedGeneration`. The transition time of a condition changes only
 *   when its status changes.
 * - If a dependent condition is False, the root condition gets the status, reason and message of the False
 *   condition that changed last. If none is False, the root condition gets the status, reason and message of
 *   the Unknown condition that changed last. The root condition becomes True when all dependent conditions
 *   are True and have the present generation.
 * - Conditions of other types are kept unchanged.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { findCondition, REVISION_CONDITIONS, setConditions } from "./mod.ts";
 *
 * const stamp = { generation: 1, now: "2026-01-01T00:00:01Z", created: "2026-01-01T00:00:00Z" };
 * const update = { type: "GraphVerified", status: "True", reason: "Valid", message: "" } as const;
 * const conditions = setConditions(REVISION_CONDITIONS, [], [update], stamp);
 * assert.equal(findCondition(conditions, "Ready")?.status, "True");
 * ```
 *
 * @returns The merged conditions in the order of their transition times, with the root condition last.
 */
export function setConditions(
  set: ConditionSet,
  current: readonly Condition[],
  updates: readonly ConditionUpdate[],
  stamp: ConditionStamp,
): Condition[] {
  const retired = new Set(set.retired ?? []);
  const byType = new Map(current.filter((c) => !retired.has(c.type)).map((c) => [c.type, c]));
  for (const type of [...set.dependents, set.root]) {
    if (byType.has(type)) continue;
    byType.set(type, awaiting(type, stamp));
  }
  for (const update of updates) {
    byType.set(update.type, stamped(byType.get(update.type), update, stamp));
  }

  const dependents = set.dependents.map((t) => byType.get(t)!);
  const root = rootUpdate(set.root, dependents, stamp.generation);
  if (root) byType.set(set.root, stamped(byType.get(set.root), root, stamp));
  const rest = [...byType.values()].filter((c) => c.type !== set.root);
  rest.sort((a, b) => compareTimes(a.lastTransitionTime, b.lastTransitionTime));
  return [...rest, byType.get(set.root)!];
}

/** Returns the conditions in an object's status. Entries without a type are left out. */
export function conditionsOf(object: KubeObject): Condition[] {
  const status = object.status as { conditions?: unknown } | null | undefined;
  const list = Array.isArray(status?.conditions) ? status.conditions : [];
  return list.filter((entry): entry is Condition => typeof entry?.type === "string");
}

/** Returns the first condition with this type; undefined when no condition has the type. */
export function findCondition(
  conditions: readonly Condition[] | undefined,
  type: string,
): Condition | undefined {
  return conditions?.find((c) => c.type === type);
}

function awaiting(type: string, stamp: ConditionStamp): Condition {
  return {
    type,
    status: "Unknown",
    reason: "AwaitingReconciliation",
    message: `condition "${type}" is awaiting reconciliation`,
    lastTransitionTime: stamp.created,
    observedGeneration: stamp.generation,
  };
}

function stamped(
  old: Condition | undefined,
  update: ConditionUpdate,
  stamp: ConditionStamp,
): Condition {
  const kept = old?.status === update.status && old.lastTransitionTime;
  return {
    ...update,
    message: shortened(update.message, MAX_CONDITION_MESSAGE),
    lastTransitionTime: kept ? old.lastTransitionTime : stamp.now,
    observedGeneration: stamp.generation,
  };
}

function rootUpdate(
  type: string,
  dependents: readonly Condition[],
  generation: number,
): ConditionUpdate | undefined {
  const latest = (status: Condition["status"]) =>
    dependents.filter((c) => c.status === status)
      .sort((a, b) => compareTimes(b.lastTransitionTime, a.lastTransitionTime))[0];
  const worst = latest("False") ?? latest("Unknown");
  if (worst) {
    const { status, reason = "", message = "" } = worst;
    return { type, status, reason, message };
  }
  const stale = dependents.some((c) => c.observedGeneration !== generation);
  return stale ? undefined : { type, status: "True", reason: "Ready", message: "" };
}

function compareTimes(a = "", b = ""): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
