/**
 * The entry point of a pass, which is one reconciliation of one instance. A pass deletes the instance's
 * objects, or makes them match the graph, or reports in the status why no graph is usable.
 */
import { conditionsOf, type KubeObject } from "../api/mod.ts";
import type { Graph } from "../graph/mod.ts";
import type { Cluster } from "./cluster.ts";
import type { PassContext } from "./context.ts";
import { converge } from "./converge.ts";
import { unresolvedStatus } from "./derive_status.ts";
import type { Outcome } from "./outcome.ts";
import { isGraph, type NoGraph, type Pass } from "./pass.ts";
import { remove } from "./remove.ts";
import { stateOf } from "./instance_status.ts";
import { nextAfter, shownAfter, writeStatus } from "./status.ts";

/**
 * Runs one pass over one instance. The pass applies and prunes the objects of the instance, or deletes all
 * of them when the instance is being deleted. Then the pass writes the status of the instance if the status
 * has changed. A deletion needs no graph.
 *
 * A refusal of the API server is reported in the outcome, so the promise rejects only on a programming
 * error.
 *
 * @example
 * ```ts
 * import type { KubeObject } from "../api/mod.ts";
 * import type { Graph } from "../graph/mod.ts";
 * import { type Cluster, reconcile } from "./mod.ts";
 *
 * async function isReady(graph: Graph, instance: KubeObject, cluster: Cluster): Promise<boolean> {
 *   const limits = { version: "v0.9.4", podId: "pod-1", maxCollectionSize: 1000 };
 *   const outcome = await reconcile(graph, instance, cluster, { now: () => new Date(), ...limits });
 *   return outcome.state === "ACTIVE";
 * }
 * ```
 *
 * @param graph The graph of the instance's kind, or the reason why the kind has no usable graph.
 * @param instance The instance as the caller last read it. The object is not modified.
 * @returns What the pass found and did, and when to run the next pass.
 */
export async function reconcile(
  graph: Graph | NoGraph,
  instance: KubeObject,
  cluster: Cluster,
  context: PassContext,
): Promise<Outcome> {
  // Without a graph, kro does not know which objects contain the value of a Secret, so no message may quote a
  // value.
  const confidential = !isGraph(graph) || graph.confidential;
  const pass: Pass = { kind: graph.instance, instance, cluster, context, confidential };
  if (instance.metadata.deletionTimestamp !== undefined) {
    return await remove(pass, isGraph(graph) ? graph : undefined);
  }
  if (isGraph(graph)) return await converge(graph, pass);
  return graph.unresolved === undefined ? skipped(pass) : await unresolved(pass, graph.unresolved);
}

/** Writes to the status why no graph can be used. The objects of the instance are not changed. */
async function unresolved(pass: Pass, reason: string): Promise<Outcome> {
  const status = unresolvedStatus(pass, reason);
  const write = await writeStatus(pass, status);
  return {
    ...shownAfter(pass, status, write),
    nodes: [],
    removed: [],
    instance: write.kind === "gone" ? undefined : pass.instance,
    next: nextAfter(write) ?? { kind: "wait", reason },
  };
}

function skipped({ instance }: Pass): Outcome {
  return {
    state: stateOf(instance) ?? "IN_PROGRESS",
    conditions: conditionsOf(instance),
    nodes: [],
    removed: [],
    instance,
    next: { kind: "done" },
    skipped: true,
  };
}
