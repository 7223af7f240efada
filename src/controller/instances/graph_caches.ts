/**
 * Decides which kinds are watched and which paths of objects are cached, for the graphs of one instance kind.
 */
import { gvkKey, type KindRef, plainKind } from "../../api/mod.ts";
import { addRead, type Reads } from "../../cel/mod.ts";
import type { ChildCaches, ExternalCaches, ExternalKind } from "../../clusters/mod.ts";
import type { Graph, NodeType } from "../../graph/mod.ts";

/** Called when the cache of a kind is synced for a graph. `seconds` is the time that syncing took. */
export type SyncListener = (kind: KindRef, seconds: number) => void;

/** The caches that the graphs of all instance kinds share. */
export interface GraphCachesParts {
  /** The watch caches of child objects, which kro created for instances. */
  children: ChildCaches;
  /** The caches of external objects, which graphs read but do not create. */
  externals: ExternalCaches;
}

/**
 * Manages which parts of the shared caches the graphs of one instance kind use. When a new graph replaces an
 * old graph, the caches are first filled for both graphs. After the last pass with the old graph, the parts
 * that only the old graph needs are released.
 */
export class GraphCaches {
  readonly #instances: KindRef;
  readonly #parts: GraphCachesParts;
  readonly #onSynced?: SyncListener;

  /**
   * Creates the manager; no kind is watched yet.
   *
   * @param instances The kind of the instances that the graphs reconcile.
   * @param onSynced Called for each kind when its cache is synced.
   */
  constructor(instances: KindRef, parts: GraphCachesParts, onSynced?: SyncListener) {
    this.#instances = instances;
    this.#parts = parts;
    this.#onSynced = onSynced;
  }

  /**
   * Fills the caches with everything that the graph reads. The caches also keep what earlier graphs read.
   * Rejects with ApiError when objects cannot be read.
   */
  async fill(graph: Graph): Promise<void> {
    const { children, externals } = this.#parts;
    const own = childKinds(graph);
    // The paths that the graph reads are added before the first list of each kind. An object that was listed
    // earlier would lack the added paths and would have to be read again.
    children.reads.add(this.#instances, graph.reads);
    await Promise.all([
      ...own.map((kind) => this.#timed(kind, children.ensure(kind, this.#owner))),
      ...externalKinds(graph).map((external) =>
        this.#timed(external.kind, externals.ensure(external, this.#owner))
      ),
    ]);
    await children.complete(this.#instances, own);
  }

  /**
   * Stops caching the paths that only `graph` reads. Called when the caches were filled for the graph, but
   * the graph will not be used.
   */
  cancel(graph: Graph): void {
    this.#parts.children.reads.remove(this.#instances, graph.reads);
  }

  /**
   * Releases everything that the given graph does not need. Called when no pass uses another graph any more.
   */
  keepOnly(graph: Graph): void {
    const { children, externals } = this.#parts;
    children.release(this.#owner, childKinds(graph));
    externals.release(this.#owner, externalKinds(graph));
    children.dropReadsBefore(this.#instances, graph.reads);
  }

  /**
   * Releases everything except the watches of child objects, because the events of child objects drive the
   * deletion of instances.
   */
  releaseReads(): void {
    this.#parts.children.dropReadsBefore(this.#instances);
    this.#parts.externals.release(this.#owner);
  }

  /** Releases all caches that the graphs of this instance kind use. */
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

/** Returns the kinds of the objects that the graph applies, each kind once and without its schema. */
function childKinds(graph: Graph): KindRef[] {
  const nodes = nodesOf(graph, ["resource", "collection"]);
  return [...new Map(nodes.map(({ kind }) => [gvkKey(kind), plainKind(kind)])).values()];
}

/**
 * Returns the kinds of the graph's external references, each with the paths that all nodes of the kind read.
 */
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
