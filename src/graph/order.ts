/** Orders a graph: topological order, cycles and deletion waves. */

/** A node with its dependencies. */
export interface Vertex {
  /** The id. */
  readonly id: string;
  /** The ids of vertices that must come before it. */
  readonly dependencies: readonly string[];
}

/**
 * The topological order: repeatedly the first vertex of the list whose dependencies are all placed, as
 * upstream. If the dependencies are cyclic, one cycle, whose first id is repeated at the end.
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

/** Follows unplaced dependencies until a vertex occurs twice. */
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
 * The deletion wave of each vertex, for the annotation `internal.kro.run/apply-order`. Vertices without
 * dependents have the highest number and are deleted first; wave 1 is deleted last.
 *
 * @param order A topological order of the vertices.
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
