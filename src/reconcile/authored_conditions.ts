/**
 * Evaluates the conditions that the author of an RGD (ResourceGraphDefinition) declares in
 * `schema.status.conditions`.
 */
import {
  type Condition,
  type Json,
  type JsonObject,
  type KubeObject,
  MAX_CONDITION_MESSAGE,
  shortened,
  WITHHELD,
} from "../api/mod.ts";
import { type CelType, conditionsOf as celConditions, toCel } from "../cel/mod.ts";
import type { Graph } from "../graph/mod.ts";
import { areAuthored } from "./conditions.ts";
import { ofExpression } from "./confidential.ts";
import { expressionText, type Scope } from "./scope.ts";

/** The result of evaluating the conditions that the author of the RGD declares. */
export interface Authored {
  /** The conditions to write to the instance's status. */
  conditions: Condition[];
  /**
   * The error messages. There is one message for each expression that failed or returned no condition, and
   * one message that lists all condition types that were returned more than once.
   */
  failures: string[];
}

/**
 * Evaluates the conditions that the author of the RGD declares.
 *
 * An expression waits for data if `runtime.condition` finds no condition and the expression returns this result.
 * If any expression fails or waits for data, kro cannot know the types of the conditions that the expression
 * would return. The instance therefore keeps all declared conditions that are in its present status. A
 * present condition is replaced if another expression returns a condition of the same type in this pass.
 *
 * @param given `builtIn`: kro's own conditions of this pass, which the expressions may read. `current`: the
 * conditions in the cluster. `now`: the transition time of conditions whose status changes, in RFC 3339
 * format.
 */
export function authoredConditions(
  graph: Graph,
  instance: KubeObject,
  scope: Scope,
  given: { builtIn: readonly Condition[]; current: readonly Condition[]; now: string },
): Authored {
  const { builtIn, current, now } = given;
  const schema = withBuiltIns(graph, instance, builtIn);
  const previously = new Map(current.map((c) => [c.type, c]));
  const produced: Condition[] = [];
  const failures: string[] = [];
  let isComplete = true;
  for (const expression of graph.status.conditions) {
    const text = expressionText(expression);
    const variables = scope.variables(expression, { schema });
    const result = expression.program.evaluate(variables, scope.budget);
    if (!result.ok) {
      isComplete = false;
      if (result.failure.code !== "pending") {
        const { confidential } = ofExpression(graph, expression);
        failures.push(`"${text}": ${confidential ? WITHHELD : result.failure.message}`);
      }
      continue;
    }
    const found = celConditions(result.value);
    if (!found || found.some((c) => !isAbsent(c) && (c.type === "" || c.status === ""))) {
      isComplete = false;
      failures.push(`"${text}": it does not yield a condition`);
      continue;
    }
    if (found.some(isAbsent)) isComplete = false;
    for (const condition of found) {
      if (!isAbsent(condition)) produced.push(stamped(condition, instance, previously, now));
    }
  }

  const counts = Map.groupBy(produced, (c) => c.type);
  const kept = produced.filter((c) => counts.get(c.type)!.length === 1);
  const doubles = [...counts].filter(([, list]) => list.length > 1).map(([type]) => type).sort();
  if (doubles.length > 0) failures.push(`condition types produced twice: ${doubles.join(", ")}`);
  if (isComplete && doubles.length === 0) return { conditions: kept, failures };
  const types = new Set(kept.map((c) => c.type));
  // The instance may still have kro's own conditions, from a time when the RGD declared no conditions.
  // Declared conditions replace kro's own conditions, so kro's own conditions are dropped.
  const previous = areAuthored(current) ? current : [];
  // Upstream writes a condition without a type when `runtime.condition` finds no condition. kro removes it.
  const isKept = ({ type }: Condition) => type !== "" && !types.has(type);
  return { conditions: [...kept, ...previous.filter(isKept)], failures };
}

/** Whether the condition is the result of `runtime.condition` for a type that the object does not have. */
function isAbsent({ type, status }: { type: string; status: string }): boolean {
  return type === "" && status === "";
}

function stamped(
  found: { type: string; status: string; reason: string; message: string },
  instance: KubeObject,
  previous: ReadonlyMap<string, Condition>,
  now: string,
): Condition {
  const { type, reason, message } = found;
  const status = found.status as Condition["status"];
  const old = previous.get(type);
  return {
    type,
    status,
    ...(reason ? { reason } : {}),
    ...(message ? { message: shortened(message, MAX_CONDITION_MESSAGE) } : {}),
    lastTransitionTime: (old?.status === status && old.lastTransitionTime) || now,
    observedGeneration: instance.metadata.generation ?? 0,
  };
}

/**
 * Returns the CEL variable `schema`, in which `status.conditions` contains kro's own conditions. The CEL
 * function `runtime.condition` reads these conditions.
 */
function withBuiltIns(
  graph: Graph,
  instance: KubeObject,
  builtIn: readonly Condition[],
): unknown {
  const conditions = builtIn.map(({ type, status, reason = "", message = "" }) => ({
    type,
    status,
    reason,
    message,
  })) as unknown as Json[];
  const json = { ...instance, status: { conditions } } as unknown as JsonObject;
  return toCel(json, withStatus(graph.instance.celType));
}

function withStatus(type: CelType): CelType {
  if (type.kind !== "struct") return type;
  const status = { type: "object", "x-kubernetes-preserve-unknown-fields": true };
  const properties = { ...type.schema.properties, status };
  return { ...type, schema: { ...type.schema, properties } };
}
