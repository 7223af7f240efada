/** Derives the status of an instance from what a pass found. Makes no request. */
import {
  type Condition,
  conditionsOf,
  type ConditionUpdate,
  type JsonObject,
  timestamp,
} from "../api/mod.ts";
import type { Graph } from "../graph/mod.ts";
import { authoredConditions } from "./authored_conditions.ts";
import { areAuthored, builtInConditions, notResolved, RESOLVED } from "./conditions.ts";
import type { InstanceState, Next, ObjectOutcome } from "./outcome.ts";
import type { Pass } from "./pass.ts";
import type { NodeResult } from "./result.ts";
import type { Scope } from "./scope.ts";
import { fieldsOf, type InstanceStatus } from "./status.ts";
import { statusFields } from "./status_fields.ts";

/** What a pass with a graph found. */
export interface Findings {
  /** Condition InstanceManaged. */
  managed: ConditionUpdate;
  /** Condition ResourcesReady; absent when no node was run, which leaves the condition as it is. */
  resources?: ConditionUpdate;
  /** `status.state`, unless an expression of the status fails. */
  state: InstanceState;
  /** When to requeue, unless an expression of the status fails. */
  next: Next;
  /** The nodes that were run, in topological order. */
  results: readonly NodeResult[];
  /** Objects that were pruned. */
  removed: ObjectOutcome[];
  /** Which of the author's fields to evaluate: all, those that read only the instance, or none (`keep`). */
  fields: "all" | "instance" | "keep";
}

/** A status, and messages of its expressions that failed. */
export interface DerivedStatus {
  /** The whole status. */
  status: InstanceStatus;
  /** One message for each failed expression. An expression that waits for data does not count. */
  failures: string[];
}

/** The status of an instance with a graph. */
export function deriveStatus(
  graph: Graph,
  pass: Pass,
  scope: Scope,
  findings: Findings,
): DerivedStatus {
  const { managed, resources, state } = findings;
  const { fields, failures } = fieldsFor(graph, pass, scope, findings.fields);
  const resolved = failures.length > 0
    ? notResolved(`failed to evaluate status fields: ${failures.join("; ")}`)
    : RESOLVED;
  const updates = resources ? [managed, resolved, resources] : [managed];
  const conditions = conditionsFor(graph, pass, scope, updates);
  const broken = [...failures, ...conditions.failures];
  return {
    status: {
      state: broken.length > 0 ? "ERROR" : state,
      conditions: conditions.conditions,
      fields,
    },
    failures: broken,
  };
}

/**
 * The status of an instance whose RGD has no usable revision. Conditions that the author declares
 * cannot be evaluated without a graph and stay as they are.
 */
export function unresolvedStatus({ instance, context }: Pass, reason: string): InstanceStatus {
  const current = conditionsOf(instance);
  const conditions = areAuthored(current)
    ? current
    : builtInConditions(instance, current, [notResolved(reason)], context);
  return { state: "ERROR", conditions, fields: fieldsOf(instance) };
}

/**
 * The status of an instance that is being deleted: the author's fields and conditions stay, and
 * ResourcesReady carries the message.
 */
export function deletingStatus(pass: Pass, message: string): InstanceStatus {
  const { instance } = pass;
  const update: ConditionUpdate = {
    type: "ResourcesReady",
    status: "Unknown",
    reason: "UnderDeletion",
    message,
  };
  const conditions = deletionConditions(pass, update);
  return { state: "DELETING", conditions, fields: fieldsOf(instance) };
}

function fieldsFor(
  graph: Graph,
  { instance }: Pass,
  scope: Scope,
  evaluated: Findings["fields"],
): { fields: JsonObject; failures: string[] } {
  const previous = fieldsOf(instance);
  if (evaluated === "keep") return { fields: previous, failures: [] };
  return statusFields(graph, scope, previous, evaluated === "instance");
}

function conditionsFor(
  graph: Graph,
  { instance, context }: Pass,
  scope: Scope,
  updates: readonly ConditionUpdate[],
): { conditions: Condition[]; failures: string[] } {
  const current = conditionsOf(instance);
  if (graph.status.conditions.length === 0) {
    return { conditions: builtInConditions(instance, current, updates, context), failures: [] };
  }
  // The status holds the author's conditions only, so kro's own have no previous state to merge with.
  const builtIn = builtInConditions(instance, [], updates, context);
  const now = timestamp(context.now());
  return authoredConditions(graph, instance, scope, { builtIn, current, now });
}

function deletionConditions({ instance, context }: Pass, update: ConditionUpdate): Condition[] {
  const current = conditionsOf(instance);
  if (!areAuthored(current)) {
    // Rewritten with their own values, which sets observedGeneration to that of the deletion.
    const others = current.filter((c) => c.type !== update.type && c.type !== "Ready")
      .map(({ type, status, reason = "", message = "" }) => ({ type, status, reason, message }));
    return builtInConditions(instance, current, [...others, update], context);
  }
  const old = current.find((c) => c.type === update.type);
  const kept = old?.status === update.status && old.lastTransitionTime;
  const overlay: Condition = {
    ...update,
    lastTransitionTime: kept || timestamp(context.now()),
    observedGeneration: instance.metadata.generation ?? 0,
  };
  return [...current.filter((c) => c.type !== update.type), overlay];
}
