/** The caches of one graph: its kinds watched, and of their objects what its expressions read. */
import { gvkKey, type KindRef, plainKind } from "../../api/mod.ts";
import { addRead, type Reads } from "../../cel/mod.ts";
import type { ChildCaches, ExternalCaches, ExternalKind } from "../../clusters/mod.ts";
import type { Graph, NodeType } from "../../graph/mod.ts";

/** Told how long a kind's cache took to be complete when a graph asked for it. */
export type SyncListener = (kind: KindRef, seconds: number) => void;

/** What it is made of. */
export interface GraphCachesParts {
  /** Caches of the children. */
  children: ChildCaches;
  /** Caches of other people's objects. */
  externals: ExternalCaches;
}

/** See the file's first line. Graphs of one kind of instances follow each other. */
export class GraphCaches {
  readonly #instances: KindRef;
  readonly #parts: GraphCachesParts;
  readonly #onSynced?: SyncListener;

  /** Watches nothing yet; `instances` is the kind that the graphs serve. */
  constructor(instances: KindRef, parts: GraphCachesParts, onSynced?: SyncListener) {
    this.#instances = instances;
    this.#parts = parts;
    this.#onSynced = onSynced;
  }

  /**
   * Resolves when the caches hold what the graph reads, besides what graphs before it read. Rejects with
   * ApiError when what they lack cannot be read.
   */
  async fill(graph: Graph): Promise<void> {
    const { children, externals } = this.#parts;
    const own = childKinds(graph);
    // Before anything is listed, so that nothing has to be read twice.
    children.reads.add(this.#instances, graph.reads);
    await Promise.all([
      ...own.map((kind) => this.#timed(kind, children.ensure(kind, this.#owner))),
      ...externalKinds(graph).map((external) =>
        this.#timed(external.kind, externals.ensure(external, this.#owner))
      ),
    ]);
    await children.complete(this.#instances, own);
  }

  /** The graph will not be used after all. */
  abandon(graph: Graph): void {
    this.#parts.children.reads.drop(this.#instances, graph.reads);
  }

  /** No pass uses an earlier graph any more: what only those read goes. */
  settle(graph: Graph): void {
    const { children, externals } = this.#parts;
    children.release(this.#owner, childKinds(graph));
    externals.release(this.#owner, externalKinds(graph));
    children.settle(this.#instances, graph.reads);
  }

  /** Without a graph nothing is read, but objects still wake the instances that they are deleted with. */
  forget(): void {
    this.#parts.children.settle(this.#instances);
    this.#parts.externals.release(this.#owner);
  }

  /** Ends the use of all caches. */
  release(): void {
    this.#parts.children.release(this.#owner);
    this.forget();
  }

  async #timed(kind: KindRef, synced: Promise<void>): Promise<void> {
    const started = performance.now();
    await synced;
    this.#onSynced?.(kind, (performance.now() - started) / 1000);
  }

  get #owner(): string {
    return `${this.#instances.plural}.${this.#instances.group}`;
  }
}

/** Kinds of the nodes that kro applies, each once, without their schemas. */
function childKinds(graph: Graph): KindRef[] {
  const nodes = nodesOf(graph, ["resource", "collection"]);
  return [...new Map(nodes.map(({ kind }) => [gvkKey(kind), plainKind(kind)])).values()];
}

/** Kinds of external references, each with what is read of all of its nodes. */
function externalKinds(graph: Graph): ExternalKind[] {
  const byKind = Map.groupBy(
    nodesOf(graph, ["external", "externalCollection"]),
    ({ kind }) => gvkKey(kind),
  );
  return [...byKind.values()].map((nodes) => {
    const reads = new Map<string, Reads>();
    for (const { id } of nodes) addRead(reads, "", graph.reads.get(id) ?? new Map());
    return { kind: plainKind(nodes[0]!.kind), reads: reads.get("")! };
  });
}

function nodesOf(graph: Graph, types: readonly NodeType[]) {
  return [...graph.nodes.values()].filter((node) => types.includes(node.type));
}
