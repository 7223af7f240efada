/** Removes what the graph no longer makes, and shrinks the inventory once it is gone. */
import { ApiError, Label } from "../api/mod.ts";
import type { Graph } from "../graph/mod.ts";
import type { Carrier } from "./carrier.ts";
import type { Cluster } from "./cluster.ts";
import { covers, type Inventory, note } from "./inventory.ts";
import { deleteMember, kindsByName, listMembers, type Member, remain } from "./members.ts";
import type { ObjectOutcome } from "./outcome.ts";
import type { NodeResult } from "./result.ts";

/** What pruning did. */
export interface Pruned {
  /** Objects that were asked to go. */
  removed: ObjectOutcome[];
  /** Why it did not end; the instance stays IN_PROGRESS and is looked at again. */
  fault?: string;
  /** Something is still to go or to be named no more, though nothing is wrong. */
  unfinished: boolean;
}

/** Prunes if every node has all of its objects; a failure to resolve never removes anything. */
export async function prune(
  graph: Graph,
  carrier: Carrier,
  cluster: Cluster,
  results: ReadonlyMap<string, NodeResult>,
): Promise<Pruned> {
  if ([...results.values()].some((r) => !r.complete)) return { removed: [], unfinished: false };
  const kinds = kindsByName([...graph.nodes.values()].map((n) => n.kind));
  const { applySetId, instance, inventory } = carrier;
  const query = { cluster, instance, applySetId, inventory, known: kinds };
  let removed: ObjectOutcome[] = [];
  let step = "list orphans failed";
  try {
    const keep = currentUids(results);
    const members = await listMembers(query, false);
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
      if (await remain(query, due)) return { removed, unfinished: true };
    }
    step = "failed to patch instance with applyset labels";
    const wanted = currentInventory(carrier, results);
    if (!covers(wanted, carrier.inventory)) await carrier.shrink(wanted);
    return { removed, unfinished: false };
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return { removed, fault: `${step}: ${error.message}`, unfinished: true };
  }
}

/** Dependents before what they depend on; nodes that the graph no longer has go first. */
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
    removed.push(...results.flatMap((r) => r.outcome ? [r.outcome] : []));
    conflict ||= results.some((r) => r.conflict);
  }
  return { removed, conflict };
}

/** A renamed object stays until the one in its place is ready. */
function isBeingReplaced(m: Member, results: ReadonlyMap<string, NodeResult>): boolean {
  const result = results.get(m.object.metadata.labels?.[Label.nodeId] ?? "");
  return result?.node.type === "resource" && result.state !== "Ready" &&
    result.state !== "Skipped";
}

function own(results: ReadonlyMap<string, NodeResult>): NodeResult[] {
  return [...results.values()].filter(({ node }) =>
    node.type === "resource" || node.type === "collection"
  );
}

function currentUids(results: ReadonlyMap<string, NodeResult>): Set<string | undefined> {
  return new Set(own(results).flatMap((r) => (r.observed ?? []).map((o) => o.metadata.uid)));
}

function currentInventory(
  carrier: Carrier,
  results: ReadonlyMap<string, NodeResult>,
): Inventory {
  const inventory = { kinds: new Set<string>(), namespaces: new Set<string>() };
  for (const { node, observed } of own(results)) {
    for (const object of observed ?? []) {
      note(inventory, node.kind, object.metadata.namespace, carrier.instance);
    }
  }
  return inventory;
}
