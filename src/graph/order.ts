/** Order of a graph: topological order, one cycle when there is none, and deletion waves. */

/** A node as far as its order goes; the list's order breaks ties. */
export interface Vertex {
  /** Its id. */
  readonly id: string;
  /** Ids of vertices that come before it. */
  readonly dependencies: readonly string[];
}

/** Repeatedly the first vertex of the list whose dependencies are placed; fails with a cycle. */
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

/** Follows unplaced dependencies until a vertex comes up twice; it is named first and last. */
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
 * Deletion waves: the highest number for vertices on which nobody depends, which are deleted first;
 * 1 for the far end.
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
