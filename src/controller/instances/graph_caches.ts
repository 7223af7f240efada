/** Decides for the graphs of one instance kind which kinds are watched and which paths are cached. */
import { gvkKey, type KindRef, plainKind } from "../../api/mod.ts";
import { addRead, type Reads } from "../../cel/mod.ts";
import type { ChildCaches, ExternalCaches, ExternalKind } from "../../clusters/mod.ts";
import type { Graph, NodeType } from "../../graph/mod.ts";

/** Called when a kind's cache is synced for a graph, with the time that took, in seconds. */
export type SyncListener = (kind: KindRef, seconds: number) => void;

/** The caches that all graphs share. */
export interface GraphCachesParts {
  /** Caches of the children. */
  children: ChildCaches;
  /** Caches of external objects. */
  externals: ExternalCaches;
}

/**
 * Manages what the graphs of one instance kind use of the shared caches. The caches of a new graph are filled
 * before its first pass, in addition to those of the graph that it replaces. Those that only the replaced
 * graph needs are released when its last pass has ended.
 */
export class GraphCaches {
  readonly #instances: KindRef;
  readonly #parts: GraphCachesParts;
  readonly #onSynced?: SyncListener;

  /** Watches nothing yet. `instances` is the kind that the graphs serve. */
  constructor(instances: KindRef, parts: GraphCachesParts, onSynced?: SyncListener) {
    this.#instances = instances;
    this.#parts = parts;
    this.#onSynced = onSynced;
  }

  /**
   * Resolves when the caches hold everything that the graph reads, in addition to the reads of earlier
   * graphs. Rejects with ApiError when objects cannot be read.
   */
  async fill(graph: Graph): Promise<void> {
    const { children, externals } = this.#parts;
    const own = childKinds(graph);
    // Added before the first list, so that no object has to be read twice.
    children.reads.add(this.#instances, graph.reads);
    await Promise.all([
      ...own.map((kind) => this.#timed(kind, children.ensure(kind, this.#owner))),
      ...externalKinds(graph).map((external) =>
        this.#timed(external.kind, externals.ensure(external, this.#owner))
      ),
    ]);
    await children.complete(this.#instances, own);
  }

  /** Drops the reads of a graph that was filled and will not be used. */
  cancel(graph: Graph): void {
    this.#parts.children.reads.remove(this.#instances, graph.reads);
  }

  /** Releases everything that only other graphs need. Called when no pass uses them any more. */
  keepOnly(graph: Graph): void {
    const { children, externals } = this.#parts;
    children.release(this.#owner, childKinds(graph));
    externals.release(this.#owner, externalKinds(graph));
    children.dropReadsBefore(this.#instances, graph.reads);
  }

  /** Releases everything except the watches of children, whose events drive the deletion of instances. */
  releaseReads(): void {
    this.#parts.children.dropReadsBefore(this.#instances);
    this.#parts.externals.release(this.#owner);
  }

  /** Releases everything. */
  releaseAll(): void {
    this.#parts.children.release(this.#owner);
    this.releaseReads();
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

/** The kinds of the nodes that kro applies, each once, without their schemas. */
function childKinds(graph: Graph): KindRef[] {
  const nodes = nodesOf(graph, ["resource", "collection"]);
  return [...new Map(nodes.map(({ kind }) => [gvkKey(kind), plainKind(kind)])).values()];
}

/** The kinds of external references, each with the paths that all of its nodes read. */
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
