/** Status conditions: dependents and one root that sums them up (Kubernetes API conventions). */
import type { KubeObject } from "./object.ts";

/** One condition on the wire. */
export interface Condition {
  /** What it is about, such as `Ready`. */
  type: string;
  /** Whether it holds. */
  status: "True" | "False" | "Unknown";
  /** One CamelCase word. */
  reason?: string;
  /** For people. */
  message?: string;
  /** RFC 3339 time of the last change of `status`. */
  lastTransitionTime?: string;
  /** Generation that it speaks of. */
  observedGeneration?: number;
}

/** What a caller says of one condition; times and generation are stamped by {@link setConditions}. */
export interface ConditionUpdate {
  /** Which condition. */
  type: string;
  /** Whether it holds. */
  status: "True" | "False" | "Unknown";
  /** One CamelCase word. */
  reason: string;
  /** For people. */
  message: string;
}

/** The shape of a condition set: the dependents in declaration order, and the root, usually `Ready`. */
export interface ConditionSet {
  /** Type of the root. */
  root: string;
  /** Types that the root sums up. */
  dependents: readonly string[];
  /** Types of earlier releases that are dropped when found. */
  retired?: readonly string[];
}

/** Conditions of a ResourceGraphDefinition. */
export const RGD_CONDITIONS: ConditionSet = {
  root: "Ready",
  dependents: ["GraphRevisionsResolved", "GraphAccepted", "KindReady", "ControllerReady"],
  retired: ["ResourceGraphAccepted"],
};

/** Conditions of a GraphRevision. */
export const REVISION_CONDITIONS: ConditionSet = { root: "Ready", dependents: ["GraphVerified"] };

/** Conditions of an instance whose RGD declares none of its own. */
export const INSTANCE_CONDITIONS: ConditionSet = {
  root: "Ready",
  dependents: ["InstanceManaged", "GraphResolved", "ResourcesReady"],
};

/** What {@link setConditions} stamps with. */
export interface ConditionStamp {
  /** `metadata.generation` of the object. */
  generation: number;
  /** RFC 3339 time for conditions whose status changes. */
  now: string;
  /** RFC 3339 creation time of the object: the transition time of a condition that never was set. */
  created: string;
}

/**
 * Merges updates into the conditions as they stand and derives the root.
 *
 * Never-set dependents start as Unknown/AwaitingReconciliation. Only updated conditions get the new
 * observedGeneration; the transition time moves only with the status. The root is True when all
 * dependents are True for this generation; otherwise it copies the most recently changed False, else
 * Unknown one. Foreign condition types are kept. Order: by transition time, root last.
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

/** The conditions in an object's status, as stored; entries without a type are left out. */
export function conditionsOf(object: KubeObject): Condition[] {
  const status = object.status as { conditions?: unknown } | null | undefined;
  const list = Array.isArray(status?.conditions) ? status.conditions : [];
  return list.filter((entry): entry is Condition => typeof entry?.type === "string");
}

/** The condition of that type, if it is there. */
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
