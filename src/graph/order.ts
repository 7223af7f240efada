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
  const missing = vertices.map(({ dependencies }) => dependencies.length);
  const dependents = new Map<string, number[]>(vertices.map(({ id }) => [id, []]));
  for (const [index, { dependencies }] of vertices.entries()) {
    for (const id of dependencies) dependents.get(id)?.push(index);
  }
  const ready = new IndexHeap();
  for (const [index, count] of missing.entries()) if (count === 0) ready.push(index);
  for (let next = ready.pop(); next !== undefined; next = ready.pop()) {
    const { id } = vertices[next]!;
    order.push(id);
    for (const index of dependents.get(id)!) if (--missing[index]! === 0) ready.push(index);
  }
  if (order.length === vertices.length) return { ok: true, order };
  const placed = new Set(order);
  return { ok: false, cycle: findCycle(vertices.filter(({ id }) => !placed.has(id)), placed) };
}

/**
 * A binary heap of indexes, from which the smallest index is removed first. Adding and removing an index
 * takes a time that is logarithmic in the number of indexes.
 */
class IndexHeap {
  /**
   * The indexes. The index at position n is not smaller than its parent, the index at position (n - 1) / 2,
   * rounded down.
   */
  readonly #heap: number[] = [];

  /** Adds an index. */
  push(index: number): void {
    const heap = this.#heap;
    let at = heap.push(index) - 1;
    for (let above = (at - 1) >> 1; at > 0 && heap[above]! > index; above = (at - 1) >> 1) {
      heap[at] = heap[above]!;
      at = above;
    }
    heap[at] = index;
  }

  /** Removes and returns the smallest index; undefined when the heap is empty. */
  pop(): number | undefined {
    const heap = this.#heap;
    const smallest = heap[0];
    const last = heap.pop();
    if (heap.length === 0 || last === undefined) return smallest;
    let at = 0;
    for (;;) {
      let below = 2 * at + 1;
      if (below + 1 < heap.length && heap[below + 1]! < heap[below]!) below++;
      if (below >= heap.length || heap[below]! >= last) break;
      heap[at] = heap[below]!;
      at = below;
    }
    heap[at] = last;
    return smallest;
  }
}

/**
 * Finds a cycle among the nodes that are not ordered yet, by following dependencies until a node is reached
 * again. Returns the ids of the cycle, with the first id repeated at the end.
 */
function findCycle(waiting: readonly Vertex[], placed: ReadonlySet<string>): string[] {
  const byId = new Map(waiting.map((v) => [v.id, v]));
  const path = new Set<string>();
  let id = waiting[0]!.id;
  while (!path.has(id)) {
    path.add(id);
    id = byId.get(id)!.dependencies.find((d) => !placed.has(d) && byId.has(d))!;
  }
  const steps = [...path];
  return [...steps.slice(steps.indexOf(id)), id];
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
