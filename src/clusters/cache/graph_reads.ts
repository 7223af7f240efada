/** What graphs read of the objects of their nodes: caches keep that part alone. */
import { groupKind } from "../../api/mod.ts";
import { addRead, type Reads } from "../../cel/mod.ts";

/** By node id, what one graph reads. */
export type NodeReads = ReadonlyMap<string, Reads>;

/** The kind of a graph's instances, in any version. */
export interface InstanceKind {
  /** API group. */
  group: string;
  /** Kind. */
  kind: string;
}

/** No path: caches keep kro's own metadata alone. */
export const NO_READS: Reads = new Map();

interface ReadsOfKind {
  /** Of the graph that serves the kind and of those about to replace it, in the order of {@link GraphReads.add}. */
  readonly added: readonly NodeReads[];
  readonly merged: NodeReads;
}

/**
 * What graphs read of their children, by the kind of their instances. A graph's reads are added before its
 * caches fill; those of the graphs before it are dropped when their last pass ended.
 */
export class GraphReads {
  readonly #byKind = new Map<string, ReadsOfKind>();

  /** What is read of a node's objects; undefined for nodes that no graph has. */
  of(instances: InstanceKind, node: string): Reads | undefined {
    return this.#byKind.get(groupKind(instances))?.merged.get(node);
  }

  /** Adds what one more graph reads. */
  add(instances: InstanceKind, reads: NodeReads): void {
    this.#set(instances, [...this.#added(instances).filter((one) => one !== reads), reads]);
  }

  /** Removes what a graph reads that will not be used. */
  remove(instances: InstanceKind, reads: NodeReads): void {
    this.#set(instances, this.#added(instances).filter((one) => one !== reads));
  }

  /** Removes what was added before these reads; without any, removes everything. */
  removeBefore(instances: InstanceKind, reads?: NodeReads): void {
    const added = this.#added(instances);
    this.#set(instances, reads ? added.slice(Math.max(added.indexOf(reads), 0)) : []);
  }

  #added(instances: InstanceKind): readonly NodeReads[] {
    return this.#byKind.get(groupKind(instances))?.added ?? [];
  }

  #set(instances: InstanceKind, added: readonly NodeReads[]): void {
    if (added.length === 0) this.#byKind.delete(groupKind(instances));
    else this.#byKind.set(groupKind(instances), { added, merged: merged(added) });
  }
}

function merged(added: readonly NodeReads[]): NodeReads {
  if (added.length === 1) return added[0]!;
  const all = new Map<string, Reads>();
  for (const reads of added) for (const [node, read] of reads) addRead(all, node, read);
  return all;
}
