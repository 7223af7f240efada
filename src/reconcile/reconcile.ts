/** One pass over an instance. */
import {
  ApiError,
  type Condition,
  conditionsOf,
  type ConditionUpdate,
  isNotFound,
  type KubeObject,
  timestamp,
} from "../api/mod.ts";
import { PassBudget } from "../cel/mod.ts";
import type { Graph } from "../graph/mod.ts";
import { authoredConditions } from "./author.ts";
import { Carrier, isOutrun } from "./carrier.ts";
import type { Cluster } from "./cluster.ts";
import {
  builtInConditions,
  MANAGED,
  nodeReason,
  notManaged,
  notResolved,
  RESOLVED,
  suspendedVerdict,
  type Verdict,
  verdict,
} from "./conditions.ts";
import type { PassContext } from "./context.ts";
import { isSuspended } from "./labels.ts";
import type { Next, NodeOutcome, ObjectOutcome, Outcome } from "./outcome.ts";
import { plannedInventory } from "./planned_inventory.ts";
import { project } from "./project.ts";
import { prune, type Pruned } from "./prune.ts";
import { remove } from "./remove.ts";
import type { NodeResult } from "./result.ts";
import { Scope } from "./scope.ts";
import { fieldsOf, lostFields, stateOf, statusChange, writeStatus } from "./status.ts";
import { walk } from "./walk.ts";

/**
 * Brings the objects of an instance in step with it, and says in its status how far that is.
 * Refusals of the API server end up in the outcome; only faults of the program reject.
 */
export async function reconcile(
  graph: Graph,
  instance: KubeObject,
  cluster: Cluster,
  context: PassContext,
): Promise<Outcome> {
  if (instance.metadata.deletionTimestamp !== undefined) {
    return await remove(graph.instance, instance, cluster, context);
  }
  const carrier = new Carrier(graph, instance, cluster, context);
  const budget = new PassBudget(context.costs);
  const scope = new Scope(graph, instance, budget);
  const pass: Pass = { graph, cluster, context, scope, carrier };
  const suspended = isSuspended(instance) || (context.suspended ?? false);
  try {
    const limit = context.maxCollectionSize;
    await carrier.prepare(
      suspended ? carrier.inventory : plannedInventory(graph, instance, pass.scope, limit),
    );
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    if (isOutrun(error)) return outrun(pass, error);
    return await unmanaged(pass, error.message);
  }
  // Expressions see what the instance carries now, as they will in the next pass.
  if (carrier.instance !== instance) pass.scope = new Scope(graph, carrier.instance, budget);
  if (suspended) {
    const verdict = suspendedVerdict(stateOf(carrier.instance) ?? "IN_PROGRESS");
    return await report(pass, { verdict, suspended, results: [] });
  }

  const results = await walk(graph, carrier, cluster, pass.scope, context);
  const pruned = await prune(graph, carrier, cluster, results);
  const ordered = graph.order.map((id) => results.get(id)!);
  const judged = verdict(ordered, pruned.fault);
  return await report(pass, { verdict: judged, results: ordered, pruned });
}

interface Pass {
  graph: Graph;
  cluster: Cluster;
  context: PassContext;
  scope: Scope;
  carrier: Carrier;
}

interface Findings {
  verdict: Omit<Verdict, "resources"> & Partial<Verdict>;
  results: readonly NodeResult[];
  pruned?: Pruned;
  suspended?: boolean;
  managed?: ConditionUpdate;
}

/** Derives the whole status, writes it when it differs, and sums up. */
async function report(pass: Pass, findings: Findings): Promise<Outcome> {
  const { graph, cluster, carrier } = pass;
  const { instance } = carrier;
  const { verdict: judged, managed = MANAGED } = findings;
  const projection = managed === MANAGED
    ? project(graph, pass.scope, fieldsOf(instance), findings.suspended ?? false)
    : { fields: fieldsOf(instance), failures: [] };
  const resolved = projection.failures.length > 0
    ? notResolved(`failed to evaluate status fields: ${projection.failures.join("; ")}`)
    : RESOLVED;
  // What was not looked at keeps what was said of it.
  const updates = judged.resources ? [managed, resolved, judged.resources] : [managed];
  const { conditions, failures } = allConditions(pass, updates);
  const broken = [...projection.failures, ...failures];
  const state = broken.length > 0 ? "ERROR" : judged.state;
  const isFailed = judged.next.kind === "retry" && !judged.next.refused;
  const next = broken.length > 0 && !isFailed
    ? { kind: "retry", error: broken[0]! } as const
    : nextOf(judged, findings.pruned);
  const removed = findings.pruned?.removed ?? [];
  const { instanceRevision: revision } = pass.context;
  const nodes = nodeOutcomes(findings.results);
  const dueMs = findings.results.flatMap((r) => r.reverted ?? []).map((c) => c.dueMs);
  const outcome = {
    state,
    conditions,
    nodes,
    removed,
    ...(revision ? { revision } : {}),
    ...(dueMs.length > 0 ? { lookAfterMs: Math.min(...dueMs) } : {}),
  };
  const status = { state, conditions, fields: projection.fields };
  const statusAfterMs = pass.context.putOff?.(statusChange(instance, status)) ?? 0;
  if (statusAfterMs > 0) {
    return { ...outcome, instance, next, lookAfterMs: Math.min(statusAfterMs, ...dueMs) };
  }
  try {
    const written = await writeStatus(cluster, graph.instance, instance, status);
    const lost = lostFields(written, status);
    if (lost.length === 0) return { ...outcome, instance: written, next };
    const { plural, group } = graph.instance;
    const error = `the API server did not keep ${lost.join(", ")} of the status: the CRD ` +
      `${plural}.${group} has no such fields; somebody changed it, and it is restored`;
    return { ...outcome, instance: written, next: { kind: "retry", error } };
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    if (isNotFound(error)) return { ...outcome, next: { kind: "done" } };
    const text = `failed to write the status: ${error.message}`;
    const again: Next = isOutrun(error)
      ? { kind: "wait", reason: text, timed: true }
      : { kind: "retry", error: text };
    return { ...outcome, instance, next: again };
  }
}

function allConditions(
  pass: Pass,
  updates: readonly ConditionUpdate[],
): { conditions: Condition[]; failures: string[] } {
  const { graph, context } = pass;
  const { instance } = pass.carrier;
  const current = conditionsOf(instance);
  if (graph.status.conditions.length === 0) {
    const conditions = builtInConditions(instance, current, updates, context);
    return { conditions, failures: [] };
  }
  // Types on the wire may be the author's own: kro's conditions start afresh each time.
  const builtIn = builtInConditions(instance, [], updates, context);
  const now = timestamp(context.now());
  return authoredConditions(graph, instance, pass.scope, { builtIn, current, now });
}

function nextOf(judged: { next: Next }, pruned: Pruned | undefined): Next {
  if (judged.next.kind !== "done" || !pruned?.unfinished) return judged.next;
  return { kind: "wait", reason: "waiting for pruned objects to be gone" };
}

function nodeOutcomes(results: readonly NodeResult[]): NodeOutcome[] {
  return results.map((result) => {
    const reason = nodeReason(result);
    const objects: ObjectOutcome[] = result.objects;
    return { id: result.node.id, state: result.state, ...(reason ? { reason } : {}), objects };
  });
}

/** Finalizer, labels or inventory could not be written: nothing may be created. */
async function unmanaged(pass: Pass, error: string): Promise<Outcome> {
  const message = `finalizer/labeling failed: ${error}`;
  const managed = notManaged(message);
  const judged = { state: "ERROR", next: { kind: "retry", error: message } } as const;
  return await report(pass, { verdict: judged, results: [], managed });
}

/** The instance is gone or changed under the pass: the next one sees what it became. */
function outrun(pass: Pass, error: ApiError): Outcome {
  const { instance } = pass.carrier;
  const conditions = conditionsOf(instance);
  const outcome = { state: "IN_PROGRESS" as const, conditions, nodes: [], removed: [] };
  return isNotFound(error)
    ? { ...outcome, next: { kind: "done" } }
    : { ...outcome, instance, next: { kind: "wait", reason: error.message, timed: true } };
}
