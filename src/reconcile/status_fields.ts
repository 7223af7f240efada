/**
 * Evaluates the status fields that the author of an RGD (ResourceGraphDefinition) declares in
 * `schema.status`.
 */
import {
  deeperThan,
  type JsonObject,
  MAX_VALUE_DEPTH,
  pathText,
  setAt,
  valueAt,
} from "../api/mod.ts";
import type { Graph } from "../graph/mod.ts";
import { failureOf, ofExpression } from "./confidential.ts";
import { withoutNullItems } from "./null_items.ts";
import type { Scope } from "./scope.ts";

/** The result of evaluating the declared status fields. */
export interface StatusFields {
  /**
   * The values of the declared fields, as the nested object below `status`: `status.a.b` is
   * `{ a: { b: … } }`.
   */
  fields: JsonObject;
  /** One error message for each failed field, with the path of the field and the cause. */
  failures: string[];
}

/**
 * Evaluates all declared status fields. A field that fails or waits for data is left out and does not
 * affect other fields. A list element that waits for data is left out too.
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
      if (old !== undefined) setAt(fields, path, old);
      continue;
    }
    const result = scope.evaluate(expression);
    const at = pathText(["status", ...path], () => false);
    if (!result.ok) {
      if (result.pending) continue;
      failures.push(`${at}: ${failureOf(ofExpression(graph, expression), result)}`);
    } else if (deeperThan(result.value, MAX_VALUE_DEPTH)) {
      failures.push(`${at} is nested too deeply to be compared`);
    } else if (result.value !== undefined) setAt(fields, path, result.value);
  }
  return { fields: withoutNullItems(fields, graph), failures };
}
