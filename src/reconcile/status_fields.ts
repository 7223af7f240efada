/** Evaluates the fields that the author of an RGD declares in `schema.status`. */
import { isObject, type Json, type JsonObject, pathText } from "../api/mod.ts";
import type { FieldPath, Graph } from "../graph/mod.ts";
import type { Scope } from "./scope.ts";

/** Result of evaluating the declared fields. */
export interface StatusFields {
  /** The fields below `status`. */
  fields: JsonObject;
  /** One message for each field that failed: its path and the cause. */
  failures: string[];
}

/**
 * Evaluates all fields. A field that waits for data is left out; a field that fails does not affect others.
 * While the instance is suspended no node runs, so fields that read nodes keep their previous value.
 */
export function statusFields(
  graph: Graph,
  scope: Scope,
  previous: JsonObject,
  suspended: boolean,
): StatusFields {
  const fields: JsonObject = {};
  const failures: string[] = [];
  for (const { path, expression } of graph.status.fields) {
    if (suspended && expression.nodes.length > 0) {
      const old = valueAt(previous, path);
      if (old !== undefined) upsert(fields, path, old);
      continue;
    }
    if (expression.nodes.some((id) => !scope.sees(id))) continue;
    const result = scope.evaluate(expression);
    if (result.ok) {
      if (result.value !== undefined) upsert(fields, path, result.value);
    } else if (!result.pending) {
      failures.push(`${pathText(["status", ...path], () => false)}: ${result.message}`);
    }
  }
  return { fields, failures };
}

function valueAt(root: JsonObject, path: FieldPath): Json | undefined {
  let at: unknown = root;
  for (const step of path) {
    if (Array.isArray(at) ? typeof step !== "number" : !isObject(at)) return undefined;
    at = (at as Record<string | number, unknown>)[step];
  }
  return at as Json | undefined;
}

/** Sets a value and creates its parents. Missing list elements before it become null. */
function upsert(root: JsonObject, path: FieldPath, value: Json): void {
  let at: Record<string | number, unknown> = root;
  for (const [i, step] of path.entries()) {
    if (Array.isArray(at)) { while (at.length < Number(step)) at.push(null); }
    if (i === path.length - 1) at[step] = value;
    else at = (at[step] ??= typeof path[i + 1] === "number" ? [] : {}) as typeof at;
  }
}
