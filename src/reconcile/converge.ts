/**
 * Applies the objects of an instance's graph, deletes objects that the graph no longer contains, and writes
 * the instance's status.
 */
import { ApiError, conditionsOf, isNotFound } from "../api/mod.ts";
import { PassBudget } from "../cel/mod.ts";
import type { Graph } from "../graph/mod.ts";
import { MANAGED, nodeReason, notManaged, suspendedVerdict, verdict } from "./conditions.ts";
import { refusalOf } from "./confidential.ts";
import { deriveStatus, type Findings } from "./derive_status.ts";
import { InstanceMetadata } from "./instance_metadata.ts";
import { isSuperseded } from "./instance_writes.ts";
import { isSuspended } from "./labels.ts";
import type { Next, NodeOutcome, Outcome } from "./outcome.ts";
import type { Pass } from "./pass.ts";
import { plannedInventory } from "./planned_inventory.ts";
import { prune, type Pruned } from "./prune.ts";
import type { NodeResult } from "./result.ts";
import { Scope } from "./scope.ts";
import { stateOf } from "./instance_status.ts";
import { lostFields, nextAfter, shownAfter, type StatusWrite, writeStatus } from "./status.ts";
import { walk } from "./walk.ts";

/**
 * Runs a pass over an instance that is not being deleted. The promise rejects only on a programming error.
 */
export async function converge(graph: Graph, pass: Pass): Promise<Outcome> {
  const { context, instance } = pass;
  const metadata = new InstanceMetadata(graph, pass);
  const budget = new PassBudget(context.costs, context.celTotals);
  const scope = new Scope(graph, instance, budget);
  const suspended = isSuspended(instance) || (context.suspended ?? false);
  const planned = suspended
    ? metadata.inventory
    : plannedInventory(graph, instance, scope, context.maxCollectionSize);
  try {
    await metadata.prepare(planned);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    if (isSuperseded(error)) return superseded(pass, error);
    return await report(graph, pass, scope, unmanaged(pass, error));
  }
  // The patched instance may also contain labels and annotations that another client has just changed, and
  // expressions may read them. The expressions of this pass are therefore evaluated with the patched
  // instance.
  const current = pass.instance === instance ? scope : new Scope(graph, pass.instance, budget);
  if (suspended) return await report(graph, pass, current, suspension(pass));

  const results = await walk(graph, pass, metadata, current);
  const pruned = await prune(graph, pass, metadata, results);
  const ordered = graph.order.map((id) => results.get(id)!);
  return await report(graph, pass, current, convergence(ordered, pruned));
}

function convergence(results: readonly NodeResult[], pruned: Pruned): Findings {
  const { resources, state, next } = verdict(results, pruned.fault);
  const isPruning = next.kind === "done" && pruned.unfinished;
  return {
    managed: MANAGED,
    resources,
    state,
    next: isPruning
      ? { kind: "wait", reason: "waiting for pruned objects to be gone", timed: pruned.timed }
      : next,
    results,
    removed: pruned.removed,
    fields: "all",
  };
}

function suspension({ instance }: Pass): Findings {
  const { resources, state, next } = suspendedVerdict(stateOf(instance) ?? "IN_PROGRESS");
  return { managed: MANAGED, resources, state, next, results: [], removed: [], fields: "instance" };
}

/**
 * Returns the findings of a pass that could not write the instance's finalizer, labels or inventory. Such a
 * pass must not create any object.
 */
function unmanaged(pass: Pass, error: ApiError): Findings {
  const message = `finalizer/labeling failed: ${refusalOf(pass, error)}`;
  return {
    managed: notManaged(message),
    state: "ERROR",
    next: { kind: "retry", error: message },
    results: [],
    removed: [],
    fields: "keep",
  };
}

/**
 * Derives the status, writes the status unless the write is postponed, and returns the outcome of the pass.
 */
async function report(
  graph: Graph,
  pass: Pass,
  scope: Scope,
  findings: Findings,
): Promise<Outcome> {
  const { status, failures } = deriveStatus(graph, pass, scope, findings);
  const nodes = findings.results.map(nodeOutcome);
  const write = await writeStatus(pass, status, { nodes, pace: pass.context.statusPace });
  const lost = write.kind === "written" ? lostFields(pass.instance, write.status) : [];
  return {
    ...shownAfter(pass, status, write),
    nodes,
    removed: findings.removed,
    instance: write.kind === "gone" ? undefined : pass.instance,
    revision: pass.context.instanceRevision || undefined,
    next: nextAfter(write) ?? nextAfterLoss(graph, lost) ?? nextOf(findings, failures),
    requeueAfterMs: requeueAfterMs(write, findings.results),
  };
}

/**
 * Returns when to run the next pass. A failed status expression causes a retry, unless a failed node
 * already causes a retry.
 */
function nextOf({ next }: Findings, failures: readonly string[]): Next {
  const isFailed = next.kind === "retry" && !next.refused;
  return failures.length > 0 && !isFailed ? { kind: "retry", error: failures[0]! } : next;
}

function nextAfterLoss({ instance }: Graph, lost: readonly string[]): Next | undefined {
  if (lost.length === 0) return undefined;
  const error = `the API server did not keep ${lost.join(", ")} of the status: the CRD ` +
    `${instance.plural}.${instance.group} has no such fields; another client changed it, and kro restores it`;
  return { kind: "retry", error };
}

function requeueAfterMs(
  write: StatusWrite,
  results: readonly NodeResult[],
): number | undefined {
  const waits = results.flatMap(({ reverted = [] }) => reverted.map(({ dueMs }) => dueMs));
  if (write.kind === "postponed") waits.push(write.delayMs);
  return waits.length > 0 ? Math.min(...waits) : undefined;
}

function nodeOutcome(result: NodeResult): NodeOutcome {
  const reason = nodeReason(result);
  const { node, state, objects } = result;
  return { id: node.id, state, ...(reason ? { reason } : {}), objects };
}

/**
 * Returns the outcome of a pass during which another client deleted or changed the instance. The next pass
 * reads the instance again.
 */
function superseded(pass: Pass, error: ApiError): Outcome {
  const { instance } = pass;
  const isGone = isNotFound(error);
  return {
    state: "IN_PROGRESS",
    conditions: conditionsOf(instance),
    nodes: [],
    removed: [],
    instance: isGone ? undefined : instance,
    next: isGone ? { kind: "done" } : { kind: "wait", reason: refusalOf(pass, error), timed: true },
  };
}
