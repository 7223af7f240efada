/**
 * Evaluates the status fields that the author of an RGD (ResourceGraphDefinition) declares in
 * `schema.status`.
 */
import { isObject, type Json, type JsonObject, pathText } from "../api/mod.ts";
import type { FieldPath, Graph } from "../graph/mod.ts";
import { withoutNullItems } from "./null_items.ts";
import type { Scope } from "./scope.ts";

/** The result of evaluating the declared status fields. */
export interface StatusFields {
  /** The values of the declared fields, as an object below `status`. */
  fields: JsonObject;
  /** One error message for each failed field, with the path of the field and the cause. */
  failures: string[];
}

/**
 * Evaluates all declared status fields. A field or list element that waits for data is left out. A
 * field that fails does not affect other fields.
 *
 * @param previous The status fields in the cluster.
 * @param suspended Whether the instance is suspended. No node runs in a suspended instance, so fields that
 * read nodes keep their previous values.
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
    const result = scope.evaluate(expression);
    if (result.ok) {
      if (result.value !== undefined) upsert(fields, path, result.value);
    } else if (!result.pending) {
      failures.push(`${pathText(["status", ...path], () => false)}: ${result.message}`);
    }
  }
  return { fields: withoutNullItems(fields, graph), failures };
}

function valueAt(root: JsonObject, path: FieldPath): Json | undefined {
  let at: unknown = root;
  for (const step of path) {
    if (Array.isArray(at) ? typeof step !== "number" : !isObject(at)) return undefined;
    at = (at as Record<string | number, unknown>)[step];
  }
  return at as Json | undefined;
}

/**
 * Sets a value at a path, and creates missing parents. In a list, missing elements in front of the value
 * become null.
 */
function upsert(root: JsonObject, path: FieldPath, value: Json): void {
  let at: Record<string | number, unknown> = root;
  for (const [i, step] of path.entries()) {
    if (Array.isArray(at)) { while (at.length < Number(step)) at.push(null); }
    if (i === path.length - 1) at[step] = value;
    else at = (at[step] ??= typeof path[i + 1] === "number" ? [] : {}) as typeof at;
  }
}
