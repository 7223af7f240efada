/** The paths that graphs read of the objects of their nodes. Caches keep only these. */
import { groupKind } from "../../api/mod.ts";
import { addRead, type Reads } from "../../cel/mod.ts";

/** The paths that one graph reads, by node id. */
export type NodeReads = ReadonlyMap<string, Reads>;

/** The kind of a graph's instances, in any version. */
export interface InstanceKind {
  /** API group. */
  group: string;
  /** Kind. */
  kind: string;
}

/** No path: caches keep only kro's own metadata. */
export const NO_READS: Reads = new Map();

interface ReadsOfKind {
  /** The reads of the serving graph and of graphs about to replace it, in the order they were added. */
  readonly added: readonly NodeReads[];
  readonly merged: NodeReads;
}

/**
 * The paths that graphs read of their children, by the kind of their instances. A graph's reads are added
 * before its caches fill; those of the graph that it replaces are dropped when that one's last pass has ended.
 */
export class GraphReads {
  readonly #byKind = new Map<string, ReadsOfKind>();

  /** The paths that are read of a node's objects; undefined when no graph has the node. */
  of(instances: InstanceKind, node: string): Reads | undefined {
    return this.#byKind.get(groupKind(instances))?.merged.get(node);
  }

  /** Adds the reads of one more graph. */
  add(instances: InstanceKind, reads: NodeReads): void {
    this.#set(instances, [...this.#added(instances).filter((one) => one !== reads), reads]);
  }

  /** Removes the reads of a graph that will not be used. */
  remove(instances: InstanceKind, reads: NodeReads): void {
    this.#set(instances, this.#added(instances).filter((one) => one !== reads));
  }

  /** Removes all reads that were added before these; without `reads` removes all. */
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
