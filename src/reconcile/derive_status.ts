/** Derives the status of an instance from the findings of a pass. These functions send no request. */
import {
  type Condition,
  conditionsOf,
  type ConditionUpdate,
  type JsonObject,
  timestamp,
} from "../api/mod.ts";
import type { Graph } from "../graph/mod.ts";
import { authoredConditions } from "./authored_conditions.ts";
import {
  areAuthored,
  builtInConditions,
  fieldsFailed,
  notResolved,
  RESOLVED,
} from "./conditions.ts";
import type { InstanceState, Next, ObjectOutcome } from "./outcome.ts";
import type { Pass } from "./pass.ts";
import type { NodeResult } from "./result.ts";
import type { Scope } from "./scope.ts";
import { fieldsOf, type InstanceStatus } from "./instance_status.ts";
import { statusFields } from "./status_fields.ts";

/** The findings of a pass that ran with a graph. */
export interface Findings {
  /** The condition InstanceManaged. */
  managed: ConditionUpdate;
  /**
   * The condition ResourcesReady. Absent when the pass ran no node; the instance then keeps its present
   * condition.
   */
  resources?: ConditionUpdate;
  /** The value of `status.state`. Replaced by `ERROR` when an expression of the status fails. */
  state: InstanceState;
  /** When to run the next pass. A failed expression of the status may cause an earlier retry. */
  next: Next;
  /** The results of the nodes that the pass ran, in topological order. */
  results: readonly NodeResult[];
  /** The objects that the pass pruned. */
  removed: ObjectOutcome[];
  /**
   * Which of the author's status fields to evaluate. With `all`, all fields are evaluated. With `instance`,
   * only the fields that read nothing except the instance are evaluated. With `keep`, no field is
   * evaluated. A field that is not evaluated keeps its value.
   */
  fields: "all" | "instance" | "keep";
}

/** A derived status, and the error messages of failed status expressions. */
export interface DerivedStatus {
  /** The whole status of the instance. */
  status: InstanceStatus;
  /** One error message for each failed expression. An expression that waits for data is not a failure. */
  failures: string[];
}

/** Derives the status of an instance whose kind has a usable graph. */
export function deriveStatus(
  graph: Graph,
  pass: Pass,
  scope: Scope,
  findings: Findings,
): DerivedStatus {
  const { managed, resources, state } = findings;
  const { fields, failures } = fieldsFor(graph, pass, scope, findings.fields);
  const resolved = failures.length > 0 ? fieldsFailed(failures) : RESOLVED;
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
 * Derives the status of an instance whose RGD has no usable revision. Conditions that the author of the RGD
 * declares cannot be evaluated without a graph, so these conditions are not changed.
 */
export function unresolvedStatus({ instance, context }: Pass, reason: string): InstanceStatus {
  const current = conditionsOf(instance);
  const conditions = areAuthored(current)
    ? current
    : builtInConditions(instance, current, [notResolved(reason)], context);
  return { state: "ERROR", conditions, fields: fieldsOf(instance) };
}

/**
 * Derives the status of an instance that is being deleted. The fields and conditions that the author of the
 * RGD declares are kept. The condition ResourcesReady gets the given message.
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
  // The author of the RGD declares conditions, so the status in the cluster contains these conditions and not
  // kro's own. kro's own conditions are therefore derived without previous values.
  const builtIn = builtInConditions(instance, [], updates, context);
  const now = timestamp(context.now());
  return authoredConditions(graph, instance, scope, { builtIn, current, now });
}

function deletionConditions({ instance, context }: Pass, update: ConditionUpdate): Condition[] {
  const current = conditionsOf(instance);
  if (!areAuthored(current)) {
    // All conditions except ResourcesReady and Ready keep their values. Only their observedGeneration becomes
    // the generation that the instance got when its deletion was requested.
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
