/** The entry of the pass: decides whether an instance is deleted, brought in step, or left alone. */
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
 * One pass over one instance: applies and prunes its objects, or deletes them when the instance is
 * being deleted, and writes its status when that differs. Deletion needs no graph.
 *
 * Refusals of the API server end up in the outcome; the promise rejects only on bugs.
 *
 * @example
 * const outcome = await reconcile(graph, instance, cluster, {
 *   now: () => new Date(),
 *   version: "v0.9.4",
 *   podId: hostname(),
 *   maxCollectionSize: MAX_COLLECTION_SIZE,
 * });
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

/** Writes the reason to the status; the instance's objects stay as they are. */
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
