/** Evaluates the includeWhen and readyWhen expressions of a graph node. */
import { isObject, type KubeObject } from "../api/mod.ts";
import type { PassBudget } from "../cel/mod.ts";
import type { Node, ReadyExpression } from "../graph/mod.ts";
import { causeOf, failureOf } from "./confidential.ts";
import { shortName } from "./ownership.ts";
import {
  dataPending,
  fail,
  type Fault,
  isUsable,
  type NodeResult,
  ok,
  type Result,
} from "./result.ts";
import { evaluate, expressionText, raw, type Scope } from "./scope.ts";

/**
 * Returns the reason why a node with these live objects is not ready; undefined when the node is ready.
 *
 * @param first The index of the first object in its collection.
 */
export function readinessFault(
  node: Node,
  observed: readonly KubeObject[],
  budget: PassBudget,
  first = 0,
): Fault | undefined {
  if (node.readyWhen.length === 0) return undefined;
  const isList = node.type === "collection" || node.type === "externalCollection";
  for (const [index, object] of observed.entries()) {
    const variables = { [isList ? "each" : node.id]: raw(object) };
    for (const expression of node.readyWhen) {
      const text = expressionText(expression);
      const result = evaluate(expression, variables, budget);
      if (result.ok && result.value === true) continue;
      if (result.ok && (result.value === false || result.value === null)) {
        const present = presentValues(node, expression, isList ? "each" : node.id, object);
        const message = `readyWhen condition evaluated to false: "${text}" (waiting for readiness)`;
        return { state: "Waiting", message: message + present };
      }
      const where = isList
        ? `failed to evaluate readyWhen "${text}" (item ${first + index})`
        : `failed to evaluate readyWhen expression: "${text}"`;
      if (!result.ok && result.pending) {
        const message = `node "${node.id}": ${where}: ${
          causeOf(node, result)
        } (waiting for readiness)`;
        const present = presentValues(node, expression, isList ? "each" : node.id, object);
        return { state: "Waiting", message: message + present };
      }
      const why = result.ok ? "it did not return a bool" : failureOf(node, result);
      return { state: "Failed", message: `node "${node.id}": ${where}: ${why}` };
    }
  }
  return undefined;
}

/**
 * The limits for values in a message: the maximum number of values, and the maximum length of a string in
 * characters (UTF-16 code units).
 */
const SHOWN = { values: 4, characters: 64 };

/**
 * Returns a suffix for an error message: the status values that the expression reads, such as
 * `: pod.status.phase is "Pending"`. For a collection, the suffix also names the object.
 *
 * Fields outside the status may be confidential, so only scalar values of the status are shown. The suffix is
 * empty for a node that depends on a Secret.
 */
function presentValues(
  node: Node,
  expression: ReadyExpression,
  variable: string,
  object: KubeObject,
): string {
  if (node.confidential) return "";
  const values = expression.statusPaths.flatMap((path) => {
    const value = path.reduce<unknown>((at, key) => isObject(at) ? at[key] : undefined, object);
    return isScalar(value) ? [`${[variable, ...path].join(".")} is ${shown(value)}`] : [];
  });
  if (values.length === 0) return "";
  const where = variable === node.id ? "" : ` (${shortName(object)})`;
  return `: ${values.sort().slice(0, SHOWN.values).join(", ")}${where}`;
}

function isScalar(value: unknown): value is string | number | boolean {
  return ["string", "number", "boolean"].includes(typeof value);
}

function shown(value: string | number | boolean): string {
  if (typeof value !== "string") return String(value);
  const text = JSON.stringify(value.slice(0, SHOWN.characters));
  return value.length > SHOWN.characters ? `${text}…` : text;
}

/**
 * Evaluates the includeWhen expressions of a node. A node that depends on a skipped node is not included.
 * An expression that reads another node causes a Pending fault until that node is ready.
 *
 * @param dependencies The results of the nodes that this node depends on, all of which have ended.
 */
export function included(
  node: Node,
  scope: Scope,
  dependencies: ReadonlyMap<string, NodeResult>,
): Result<boolean> {
  if ([...dependencies.values()].some((d) => d.state === "Skipped")) return ok(false);
  // Expressions that read only the instance are evaluated first, because they never have to wait for data.
  const expressions = node.includeWhen.toSorted((a, b) => a.nodes.length - b.nodes.length);
  for (const expression of expressions) {
    for (const id of expression.nodes) {
      const dependency = dependencies.get(id);
      if (!dependency || isUsable(dependency)) continue;
      const why = dependency.fault?.message ?? dependency.state;
      const message = `node "${node.id}": includeWhen dependency "${id}" not ready: ${why}`;
      return fail("Pending", dataPending(message));
    }
    const where = `node "${node.id}": includeWhen "${expressionText(expression)}"`;
    const result = scope.evaluate(expression);
    if (!result.ok) {
      const message = `${where}: ${failureOf(node, result)}`;
      return result.pending && expression.nodes.length > 0
        ? fail("Pending", dataPending(message))
        : fail("Failed", message);
    }
    if (result.value === false || result.value === null) return ok(false);
    if (result.value !== true) {
      return fail("Failed", `${where}: it did not return a bool`);
    }
  }
  return ok(true);
}
