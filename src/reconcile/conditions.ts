/**
 * The conditions that kro itself writes to an instance, and the value of `status.state` that is derived
 * together with them.
 */
import {
  apiVersionOf,
  type Condition,
  conditionsOf,
  type ConditionUpdate,
  findCondition,
  INSTANCE_CONDITIONS,
  type KubeObject,
  setConditions,
  shortened,
  timestamp,
} from "../api/mod.ts";
import type { PassContext } from "./context.ts";
import type { InstanceState, Next } from "./outcome.ts";
import type { NodeResult } from "./result.ts";

/** A summary of the states of the graph's nodes after a pass over one instance. */
export interface Verdict {
  /** The condition ResourcesReady. */
  resources: ConditionUpdate;
  /** The value of `status.state`. */
  state: InstanceState;
  /** When to run the next pass. */
  next: Next;
}

/** The condition InstanceManaged of an instance that has kro's finalizer, labels and inventory. */
export const MANAGED: ConditionUpdate = {
  type: "InstanceManaged",
  status: "True",
  reason: "Managed",
  message: "instance is properly managed with finalizers and labels",
};

/** The condition GraphResolved of an instance whose kind has a usable graph. */
export const RESOLVED: ConditionUpdate = {
  type: "GraphResolved",
  status: "True",
  reason: "Resolved",
  message: "runtime graph created and all resources resolved",
};

/**
 * Returns the summary of an instance while its reconciliation is suspended.
 *
 * @param state The present `status.state` of the instance, which a suspension does not change.
 */
export function suspendedVerdict(state: InstanceState): Verdict {
  return {
    resources: {
      type: "ResourcesReady",
      status: "False",
      reason: "ReconciliationSuspended",
      message: "reconciliation suspended via kro.run/reconcile annotation",
    },
    state,
    next: { kind: "done" },
  };
}

/**
 * Returns the condition InstanceManaged of an instance whose finalizer, labels or inventory could not be
 * written.
 */
export function notManaged(message: string): ConditionUpdate {
  return { type: "InstanceManaged", status: "False", reason: "ManagementFailed", message };
}

/**
 * Returns the condition GraphResolved of an instance whose kind has no usable graph, or whose status
 * expressions failed.
 */
export function notResolved(message: string): ConditionUpdate {
  return { type: "GraphResolved", status: "False", reason: "ResolutionFailed", message };
}

/** Matches the message of {@link fieldsFailed}. */
const FAILED_FIELDS = /^failed to evaluate status fields: /;

/** Returns the condition GraphResolved of an instance whose status expressions failed with these messages. */
export function fieldsFailed(failures: readonly string[]): ConditionUpdate {
  return notResolved(`failed to evaluate status fields: ${failures.join("; ")}`);
}

/**
 * Returns the message of GraphResolved=False if the condition stays False until a user changes the instance or
 * its RGD; otherwise undefined. Failed status expressions count only when all objects of the instance are
 * ready, because the expressions may read fields that another controller writes before the objects are ready.
 * Conditions of an earlier generation do not count.
 */
export function unresolvedReason(instance: KubeObject): string | undefined {
  const { generation = 0, deletionTimestamp } = instance.metadata;
  if (deletionTimestamp !== undefined) return undefined;
  const conditions = conditionsOf(instance);
  const current = (type: string) => {
    const condition = findCondition(conditions, type);
    return (condition?.observedGeneration ?? 0) >= generation ? condition : undefined;
  };
  const resolved = current("GraphResolved");
  if (resolved?.status !== "False") return undefined;
  const { reason, message = "" } = resolved;
  const isOfStatus = reason === "StatusRefused" || FAILED_FIELDS.test(message);
  const isFinal = !isOfStatus || current("ResourcesReady")?.status === "True";
  return isFinal ? message : undefined;
}

/**
 * Returns the condition GraphResolved of an instance whose status contains fields that the API server
 * refused.
 */
export function statusRefused(message: string): ConditionUpdate {
  return { type: "GraphResolved", status: "False", reason: "StatusRefused", message };
}

/**
 * Summarizes the states of all nodes. If several problems exist, the summary reports the first problem in
 * this order: a failed node, a node being deleted, a waiting node, a pending node, a failure to prune, a
 * field that another field manager keeps reverting.
 *
 * @param pruneFault The message of a failure to prune; undefined when pruning succeeded.
 */
export function verdict(results: readonly NodeResult[], pruneFault?: string): Verdict {
  const inState = (...states: string[]) => results.filter((r) => states.includes(r.state));
  const failed = inState("Failed");
  const waiting = inState("Waiting");
  const [deleting] = inState("Deleting");
  const [pending] = inState("Pending");
  const reverted = results.flatMap((r) => r.reverted ?? []).map((c) => c.message).sort();
  if (failed.length > 0) {
    const isHard = failed.some((r) => !r.fault?.soft);
    const fromApply = waiting.length > 0 || failed.some((r) => r.fault?.fromApply);
    const message = (fromApply ? APPLY_ERRORS : "") + lines([...failed, ...waiting], reverted);
    const error = nodeReason(failed[0]!) ?? "";
    const refused = failed.every((r) => r.fault?.fromApply);
    return notReady(message, isHard ? "ERROR" : "IN_PROGRESS", { kind: "retry", error, refused });
  }
  if (deleting) {
    const reason = nodeReason(deleting) ?? "";
    const update = { type: "ResourcesReady", status: "False", reason: "ResourceDeleting" } as const;
    return {
      resources: { ...update, message: reason },
      state: "IN_PROGRESS",
      next: { kind: "wait", reason },
    };
  }
  if (waiting.length > 0) {
    const reason = nodeReason(waiting[0]!) ?? "";
    const message = APPLY_ERRORS + lines(waiting, reverted);
    const next: Next = waiting.some((r) => r.fault?.retry)
      ? { kind: "retry", error: reason, refused: true }
      : { kind: "wait", reason };
    return notReady(message, "IN_PROGRESS", next);
  }
  if (pending) {
    const { kind } = pending.node;
    const group = apiVersionOf(kind) === kind.version ? `/${kind.version}` : apiVersionOf(kind);
    const reason = `waiting for unresolved resource: gvr "${group}, Resource=${kind.plural}": ` +
      nodeReason(pending);
    return notReady(reason, "IN_PROGRESS", { kind: "wait", reason });
  }
  if (pruneFault) {
    const next: Next = { kind: "wait", reason: pruneFault, timed: true };
    return notReady(pruneFault, "IN_PROGRESS", next);
  }
  if (reverted.length > 0) {
    const reason = reverted[0]!;
    return notReady(reverted.join("\n"), "IN_PROGRESS", { kind: "wait", reason });
  }
  return {
    resources: {
      type: "ResourcesReady",
      status: "True",
      reason: "AllResourcesReady",
      message: "all resources are created and ready",
    },
    state: "ACTIVE",
    next: { kind: "done" },
  };
}

/**
 * Returns the reason why a node is not ready, as conditions report it. Returns undefined for a node without
 * a fault.
 */
export function nodeReason({ node, state, fault }: NodeResult): string | undefined {
  if (!fault) return undefined;
  // A refusal of the API server names the object but not the node, so the id of the node is prepended.
  if (fault.fromApply) return `node "${node.id}": ${fault.message}`;
  if (state !== "Waiting") return fault.message;
  switch (node.type) {
    case "external":
      return `waiting for external reference "${node.id}": ${fault.message}`;
    case "externalCollection":
      return `waiting for external collection "${node.id}": ${fault.message}`;
    default:
      return `waiting for node "${node.id}": ${fault.message}`;
  }
}

/**
 * Returns kro's own conditions after merging the updates, including the condition `InstanceSynced`.
 * Conditions of other types are dropped.
 */
export function builtInConditions(
  instance: KubeObject,
  current: readonly Condition[],
  updates: readonly ConditionUpdate[],
  context: PassContext,
): Condition[] {
  const stamp = {
    generation: instance.metadata.generation ?? 0,
    now: timestamp(context.now()),
    created: instance.metadata.creationTimestamp ?? timestamp(context.now()),
  };
  const kept = current.filter((c) => BUILT_IN.has(c.type));
  const merged = setConditions(INSTANCE_CONDITIONS, kept, updates, stamp);
  const ready = briefly(findCondition(merged, INSTANCE_CONDITIONS.root), merged);
  const all = setConditions(INSTANCE_CONDITIONS, kept, [...updates, synced(ready)], stamp);
  return all.map((c) => c.type === ready.type ? { ...c, message: ready.message } : c);
}

/**
 * Reports whether the given conditions were declared by the author of the RGD. Declared conditions replace
 * kro's own conditions.
 */
export function areAuthored(conditions: readonly Condition[]): boolean {
  return conditions.length > 0 &&
    !INSTANCE_CONDITIONS.dependents.every((t) => findCondition(conditions, t));
}

const APPLY_ERRORS = "apply results contain errors: ";
const SYNCED = "InstanceSynced";
const BUILT_IN = new Set([
  INSTANCE_CONDITIONS.root,
  ...INSTANCE_CONDITIONS.dependents,
  SYNCED,
]);

/**
 * The conditions Ready and InstanceSynced repeat the message of another condition. If this message is longer
 * than `longest` characters, Ready and InstanceSynced contain at most `cut` characters of it. Each line of the
 * message is the fault of one node. If there are several lines, Ready and InstanceSynced contain the first
 * `lines` of them, with at most `line` characters each, so that each fault keeps its reason.
 */
const COPIED = { longest: 512, cut: 256, lines: 3, line: 160 };

/**
 * Returns the condition Ready. A message that is too long is cut, and the type of the condition that contains
 * the whole message is appended.
 */
function briefly(ready: Condition | undefined, all: readonly Condition[]): Condition {
  const { message = "" } = ready!;
  if (message.length <= COPIED.longest) return ready!;
  const source = all.find((c) => c.type !== ready!.type && c.message === message);
  const lines = message.split("\n").slice(0, COPIED.lines);
  const limit = lines.length === 1 ? COPIED.cut : COPIED.line;
  const brief = lines.map((line) => shortened(line, limit)).join("\n");
  const text = `${brief}; see the condition ${source?.type}`;
  return { ...ready!, message: text };
}

function synced(ready: Condition | undefined): ConditionUpdate {
  if (ready?.status === "True") {
    const message = "Instance reconciled successfully";
    return { type: SYNCED, status: "True", reason: "ReconciliationSucceeded", message };
  }
  const { reason = "AwaitingReconciliation", message = "" } = ready ?? {};
  return { type: SYNCED, status: "False", reason, message };
}

function notReady(cause: string, state: InstanceState, next: Next): Verdict {
  const message = `resource reconciliation failed: ${cause}`;
  return {
    resources: { type: "ResourcesReady", status: "False", reason: "NotReady", message },
    state,
    next,
  };
}

function lines(results: readonly NodeResult[], more: readonly string[]): string {
  return [...results.map((r) => nodeReason(r) ?? ""), ...more].join("\n");
}
