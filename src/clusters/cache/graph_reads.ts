/**
 * Records which paths of child objects the CEL expressions of each graph read. The watch caches keep only
 * these paths.
 */
import { groupKind } from "../../api/mod.ts";
import { addRead, type Reads } from "../../cel/mod.ts";

/**
 * The paths of child objects that the expressions of one graph read. The keys are the ids of the nodes that
 * create the child objects.
 */
export type NodeReads = ReadonlyMap<string, Reads>;

/**
 * The group and the kind of a graph's instances. The version is left out, because one graph serves all
 * versions.
 */
export interface InstanceKind {
  /** The API group of the instances. */
  group: string;
  /** The kind of the instances, such as `WebApp`. */
  kind: string;
}

/** No paths, for a graph that reads no field of an object. Caches then keep only kro's own metadata. */
export const NO_READS: Reads = new Map();

interface ReadsOfKind {
  /**
   * The paths of each graph of the instance kind, oldest graph first: the graph in use, and then the graphs
   * that will replace it.
   */
  readonly added: readonly NodeReads[];
  readonly merged: NodeReads;
}

/**
 * Stores which paths of child objects the graphs of each instance kind read. The paths of a new graph are
 * added before its caches are filled. The paths of the replaced graph are removed after its last pass.
 */
export class GraphReads {
  readonly #byKind = new Map<string, ReadsOfKind>();

  /**
   * Returns the paths that expressions read of the objects of a node; undefined when no graph has this node.
   */
  of(instances: InstanceKind, node: string): Reads | undefined {
    return this.#byKind.get(groupKind(instances))?.merged.get(node);
  }

  /** Adds the paths that another graph of the instance kind reads. */
  add(instances: InstanceKind, reads: NodeReads): void {
    this.#set(instances, [...this.#added(instances).filter((one) => one !== reads), reads]);
  }

  /**
   * Removes the paths that a graph reads. Called when the graph was added but will never reconcile instances.
   */
  remove(instances: InstanceKind, reads: NodeReads): void {
    this.#set(instances, this.#added(instances).filter((one) => one !== reads));
  }

  /**
   * Removes the paths of all graphs that were added before the graph with the paths `reads`. If `reads` is
   * absent, removes the paths of all graphs.
   */
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
