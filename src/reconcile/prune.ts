/**
 * Deletes objects that the graph no longer contains, and then removes their kinds and namespaces from the
 * inventory.
 */
import { ApiError, Label } from "../api/mod.ts";
import type { Graph } from "../graph/mod.ts";
import type { Cluster } from "./cluster.ts";
import { refusalOf } from "./confidential.ts";
import type { InstanceMetadata } from "./instance_metadata.ts";
import { namesInstance } from "./labels.ts";
import { addObject, covers, type Inventory } from "./inventory.ts";
import { deleteMember, kindsByName, listMembers, type Member, remain } from "./members.ts";
import type { ObjectOutcome } from "./outcome.ts";
import type { Pass } from "./pass.ts";
import type { NodeResult } from "./result.ts";

/** The result of pruning. */
export interface Pruned {
  /** The objects that kro has requested to delete, and the objects that were already being deleted. */
  removed: ObjectOutcome[];
  /** The reason why pruning failed. The instance then stays IN_PROGRESS and is requeued. */
  fault?: string;
  /**
   * Whether pruning has to continue in a later pass. This is the case when an object is still being
   * deleted, when an object has to stay until its replacement is ready, or when the inventory could not be
   * reduced.
   */
  unfinished: boolean;
  /**
   * Whether kro must poll until a deletion ends. True if the labels of an object do not name the instance,
   * because a watch event of this object then does not requeue the instance.
   */
  timed?: boolean;
}

/**
 * Deletes the objects that the graph no longer contains. Deletes nothing if a node is incomplete: if a
 * template fails to resolve, for example, kro does not know which objects to keep. The promise rejects only
 * on a programming error.
 */
export async function prune(
  graph: Graph,
  pass: Pass,
  metadata: InstanceMetadata,
  results: ReadonlyMap<string, NodeResult>,
): Promise<Pruned> {
  if ([...results.values()].some((r) => !r.complete)) return { removed: [], unfinished: false };
  const { cluster, instance } = pass;
  const known = kindsByName([...graph.nodes.values()].map((n) => n.kind));
  const { applySetId, inventory } = metadata;
  const query = { cluster, instance, applySetId, inventory, known };
  let removed: ObjectOutcome[] = [];
  let step = "list orphans failed";
  try {
    const keep = currentUids(results);
    const members = await listMembers({ ...query, thorough: true }, false);
    const orphans = members.filter((m) => !keep.has(m.object.metadata.uid));
    const due = orphans.filter((m) => !isBeingReplaced(m, results));
    step = "prune failed";
    const deleted = await deleteByPosition(graph, cluster, due);
    removed = deleted.removed;
    if (deleted.conflict) {
      const fault = "prune encountered UID conflicts; retrying";
      return { removed, fault, unfinished: true };
    }
    if (due.length < orphans.length) return { removed, unfinished: true };
    if (due.length > 0) {
      step = "list orphans failed";
      if (await remain(query, due)) {
        const timed = !due.every((m) => namesInstance(m.object, graph.instance, instance));
        return { removed, unfinished: true, timed };
      }
    }
    step = "failed to patch instance with applyset labels";
    const wanted = currentInventory(instance, results);
    if (!covers(wanted, metadata.inventory)) await metadata.shrink(wanted);
    return { removed, unfinished: false };
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return { removed, fault: `${step}: ${refusalOf(pass, error)}`, unfinished: true };
  }
}

/**
 * Deletes the objects of removed nodes first. The objects of other nodes follow in reverse topological
 * order, so that dependents are deleted before their dependencies.
 */
async function deleteByPosition(
  graph: Graph,
  cluster: Cluster,
  orphans: readonly Member[],
): Promise<{ removed: ObjectOutcome[]; conflict: boolean }> {
  const position = (m: Member) => {
    const at = graph.order.indexOf(m.object.metadata.labels?.[Label.nodeId] ?? "");
    return at < 0 ? graph.order.length : at;
  };
  const groups = Map.groupBy(orphans, position);
  const removed: ObjectOutcome[] = [];
  let conflict = false;
  for (const at of [...groups.keys()].sort((a, b) => b - a)) {
    const group = groups.get(at)!;
    const results = await Promise.all(group.map((m) => deleteMember(cluster, m, "pruned")));
    for (const { outcome } of results) if (outcome) removed.push(outcome);
    conflict ||= results.some((r) => r.conflict);
  }
  return { removed, conflict };
}

/**
 * Reports whether an old object must stay because the node's new object is not ready yet. A node gets a new
 * object when the name in the node's template changes.
 */
function isBeingReplaced(m: Member, results: ReadonlyMap<string, NodeResult>): boolean {
  const result = results.get(m.object.metadata.labels?.[Label.nodeId] ?? "");
  return result?.node.type === "resource" && result.state !== "Ready" &&
    result.state !== "Skipped";
}

function ofOwnNodes(results: ReadonlyMap<string, NodeResult>): NodeResult[] {
  return [...results.values()].filter(({ node }) =>
    node.type === "resource" || node.type === "collection"
  );
}

function currentUids(results: ReadonlyMap<string, NodeResult>): Set<string | undefined> {
  return new Set(ofOwnNodes(results).flatMap((r) => (r.observed ?? []).map((o) => o.metadata.uid)));
}

function currentInventory(
  instance: Pass["instance"],
  results: ReadonlyMap<string, NodeResult>,
): Inventory {
  const inventory = { kinds: new Set<string>(), namespaces: new Set<string>() };
  for (const { node, observed } of ofOwnNodes(results)) {
    for (const object of observed ?? []) {
      addObject(inventory, node.kind, object.metadata.namespace, instance);
    }
  }
  return inventory;
}
