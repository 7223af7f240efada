/** Status conditions (Kubernetes API conventions): dependent conditions and a root that summarises them. */
import type { KubeObject } from "./object.ts";

/** A status condition (metav1.Condition). */
export interface Condition {
  /** The type, such as `Ready`. */
  type: string;
  /** Whether the condition holds. */
  status: "True" | "False" | "Unknown";
  /** A CamelCase word for programs. */
  reason?: string;
  /** A text for people. */
  message?: string;
  /** The RFC 3339 time of the last change of `status`. */
  lastTransitionTime?: string;
  /** The `metadata.generation` that the condition refers to. */
  observedGeneration?: number;
}

/** A new state of a condition. {@link setConditions} adds time and generation. */
export interface ConditionUpdate {
  /** The type. */
  type: string;
  /** Whether the condition holds. */
  status: "True" | "False" | "Unknown";
  /** A CamelCase word for programs. */
  reason: string;
  /** A text for people. */
  message: string;
}

/** The condition types of a kind. */
export interface ConditionSet {
  /** The type of the root condition, usually `Ready`. */
  root: string;
  /** The types that the root summarises. */
  dependents: readonly string[];
  /** Types of earlier releases, which are removed. */
  retired?: readonly string[];
}

/** The conditions of a ResourceGraphDefinition. */
export const RGD_CONDITIONS: ConditionSet = {
  root: "Ready",
  dependents: ["GraphRevisionsResolved", "GraphAccepted", "KindReady", "ControllerReady"],
  retired: ["ResourceGraphAccepted"],
};

/** The conditions of a GraphRevision. */
export const REVISION_CONDITIONS: ConditionSet = { root: "Ready", dependents: ["GraphVerified"] };

/** The conditions that kro sets on instances. */
export const INSTANCE_CONDITIONS: ConditionSet = {
  root: "Ready",
  dependents: ["InstanceManaged", "GraphResolved", "ResourcesReady"],
};

/** The generation and times that {@link setConditions} sets. */
export interface ConditionStamp {
  /** The `metadata.generation` of the object. */
  generation: number;
  /** The RFC 3339 time for conditions whose status changes. */
  now: string;
  /** The RFC 3339 creation time of the object, for conditions that were never set. */
  created: string;
}

/**
 * Merges updates into existing conditions and derives the root condition, as upstream's `apis.Set`.
 *
 * - Dependents that were never set become Unknown with reason AwaitingReconciliation.
 * - Only updated conditions get the new observedGeneration. The transition time changes only with the
 *   status.
 * - The root is True when all dependents are True for this generation. Otherwise it copies the False
 *   dependent that changed last, or if none is False, the Unknown one.
 * - Conditions of other types are kept.
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
 * @returns The conditions ordered by transition time, the root last.
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

/** The conditions in an object's status, as stored. Entries without a type are left out. */
export function conditionsOf(object: KubeObject): Condition[] {
  const status = object.status as { conditions?: unknown } | null | undefined;
  const list = Array.isArray(status?.conditions) ? status.conditions : [];
  return list.filter((entry): entry is Condition => typeof entry?.type === "string");
}

/** The first condition of a type; undefined when the list has no such condition. */
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
