/** The status of an instance whose graph has no good revision. */
import { ApiError, conditionsOf, type KindRef, type KubeObject } from "../api/mod.ts";
import { isOutrun } from "./carrier.ts";
import type { Cluster } from "./cluster.ts";
import { areAuthored, builtInConditions, notResolved } from "./conditions.ts";
import type { PassContext } from "./context.ts";
import type { Next, Outcome } from "./outcome.ts";
import { fieldsOf, writeStatus } from "./status.ts";

/**
 * Says in the status that there is no graph to work with, and why; nothing else is touched. Author
 * conditions cannot be evaluated without the graph, so they stay as they are.
 */
export async function unresolved(
  kind: KindRef,
  instance: KubeObject,
  cluster: Cluster,
  context: PassContext,
  message: string,
): Promise<Outcome> {
  const current = conditionsOf(instance);
  const conditions = areAuthored(current)
    ? current
    : builtInConditions(instance, current, [notResolved(message)], context);
  const status = { state: "ERROR" as const, conditions, fields: fieldsOf(instance) };
  const outcome = { state: "ERROR" as const, conditions, nodes: [], removed: [] };
  try {
    const written = await writeStatus(cluster, kind, instance, status);
    return { ...outcome, instance: written, next: { kind: "wait", reason: message } };
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    const text = `failed to write the status: ${error.message}`;
    const next: Next = isOutrun(error)
      ? { kind: "wait", reason: text, timed: true }
      : { kind: "retry", error: text };
    return { ...outcome, instance, next };
  }
}
