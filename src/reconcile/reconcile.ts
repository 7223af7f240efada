/** The entry point of a pass: dispatches to deletion, convergence, or a status without a graph. */
import { conditionsOf, type KubeObject } from "../api/mod.ts";
import type { Graph } from "../graph/mod.ts";
import type { Cluster } from "./cluster.ts";
import type { PassContext } from "./context.ts";
import { converge } from "./converge.ts";
import { unresolvedStatus } from "./derive_status.ts";
import type { Outcome } from "./outcome.ts";
import { isGraph, type NoGraph, type Pass } from "./pass.ts";
import { remove } from "./remove.ts";
import { nextAfter, stateOf, writeStatus } from "./status.ts";

/**
 * Runs one pass over one instance: applies and prunes its objects, or deletes them when the instance is
 * being deleted, and writes its status when it differs. Deletion needs no graph.
 *
 * Refusals of the API server are reported in the outcome; the promise rejects only on bugs.
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
 * @param graph The graph of the instance's kind, or the reason why the kind has no usable one.
 * @param instance The instance as the caller last read it; it is not modified.
 * @returns What the pass found and did, and when to run the next one.
 */
export async function reconcile(
  graph: Graph | NoGraph,
  instance: KubeObject,
  cluster: Cluster,
  context: PassContext,
): Promise<Outcome> {
  const pass: Pass = { kind: graph.instance, instance, cluster, context };
  if (instance.metadata.deletionTimestamp !== undefined) return await remove(pass);
  if (isGraph(graph)) return await converge(graph, pass);
  return graph.unresolved === undefined ? skipped(pass) : await unresolved(pass, graph.unresolved);
}

/** Writes to the status why no graph can be used; the instance's objects stay as they are. */
async function unresolved(pass: Pass, reason: string): Promise<Outcome> {
  const status = unresolvedStatus(pass, reason);
  const write = await writeStatus(pass, status);
  return {
    state: status.state,
    conditions: status.conditions,
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
