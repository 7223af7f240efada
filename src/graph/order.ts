/** Orders the nodes of a graph: computes the topological order, cycles and deletion waves. */

/** A node with its dependencies. */
export interface Vertex {
  /** The id of the node. */
  readonly id: string;
  /** The ids of the nodes that must come before this node in the order. */
  readonly dependencies: readonly string[];
}

/**
 * Returns the topological order of the nodes. As in upstream kro, the next node in the order is always the
 * first node of the list that depends only on nodes already in the order. If the dependencies are cyclic,
 * returns one cycle: the first id of the cycle is repeated at the end.
 */
export function topologicalOrder(
  vertices: readonly Vertex[],
): { ok: true; order: string[] } | { ok: false; cycle: string[] } {
  const order: string[] = [];
  const placed = new Set<string>();
  const waiting = [...vertices];
  while (waiting.length > 0) {
    const next = waiting.findIndex((v) => v.dependencies.every((d) => placed.has(d)));
    if (next === -1) return { ok: false, cycle: findCycle(waiting, placed) };
    const [vertex] = waiting.splice(next, 1);
    order.push(vertex!.id);
    placed.add(vertex!.id);
  }
  return { ok: true, order };
}

/**
 * Finds a cycle among the nodes that are not ordered yet, by following dependencies until a node is reached
 * again. Returns the ids of the cycle, with the first id repeated at the end.
 */
function findCycle(waiting: readonly Vertex[], placed: ReadonlySet<string>): string[] {
  const byId = new Map(waiting.map((v) => [v.id, v]));
  const path: string[] = [];
  let id = waiting[0]!.id;
  while (!path.includes(id)) {
    path.push(id);
    id = byId.get(id)!.dependencies.find((d) => !placed.has(d) && byId.has(d))!;
  }
  return [...path.slice(path.indexOf(id)), id];
}

/**
 * Returns the deletion wave of each node, for the annotation `internal.kro.run/apply-order`. Nodes on which
 * no other node depends have the highest wave and are deleted first. Wave 1 is deleted last.
 *
 * @param order The ids of the nodes in topological order.
 */
export function applyOrders(
  vertices: readonly Vertex[],
  order: readonly string[],
): Map<string, number> {
  const byId = new Map(vertices.map((v) => [v.id, v]));
  const layer = new Map<string, number>(order.map((id) => [id, 0]));
  for (const id of [...order].reverse()) {
    for (const dependency of byId.get(id)!.dependencies) {
      layer.set(dependency, Math.max(layer.get(dependency)!, layer.get(id)! + 1));
    }
  }
  const layers = Math.max(0, ...layer.values()) + 1;
  return new Map([...layer].map(([id, l]) => [id, layers - l]));
}
