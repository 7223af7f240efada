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

/** Nothing but what kro itself needs. */
export const NO_READS: Reads = new Map();

interface Entry {
  /** Of the graph that serves and of those that are about to, in the order in which they came. */
  given: NodeReads[];
  joined: NodeReads;
}

/** See the file's first line. */
export class GraphReads {
  readonly #graphs = new Map<string, Entry>();

  /** What is read of a node's objects; undefined for nodes that no graph has. */
  of(instances: InstanceKind, node: string): Reads | undefined {
    return this.#graphs.get(groupKind(instances))?.joined.get(node);
  }

  /** From now on also this is read. */
  add(instances: InstanceKind, reads: NodeReads): void {
    const given = this.#graphs.get(groupKind(instances))?.given ?? [];
    this.#set(instances, [...given.filter((one) => one !== reads), reads]);
  }

  /** What came before these is read no more; without any, nothing is. */
  settle(instances: InstanceKind, reads?: NodeReads): void {
    const given = this.#graphs.get(groupKind(instances))?.given ?? [];
    this.#set(instances, reads ? given.slice(Math.max(given.indexOf(reads), 0)) : []);
  }

  /** These are not read after all. */
  drop(instances: InstanceKind, reads: NodeReads): void {
    const given = this.#graphs.get(groupKind(instances))?.given ?? [];
    this.#set(instances, given.filter((one) => one !== reads));
  }

  #set(instances: InstanceKind, given: NodeReads[]): void {
    if (given.length === 0) this.#graphs.delete(groupKind(instances));
    else this.#graphs.set(groupKind(instances), { given, joined: joined(given) });
  }
}

function joined(given: readonly NodeReads[]): NodeReads {
  if (given.length === 1) return given[0]!;
  const all = new Map<string, Reads>();
  for (const reads of given) for (const [node, read] of reads) addRead(all, node, read);
  return all;
}
