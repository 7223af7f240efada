/** The parts of a pass that all of its nodes share. */
import type { KubeObject } from "../api/mod.ts";
import type { Node } from "../graph/mod.ts";
import type { Cluster } from "./cluster.ts";
import type { ExpansionCache } from "./expansion_cache.ts";
import type { ParentIdentity } from "./labels.ts";
import type { Fault } from "./result.ts";
import type { Scope } from "./scope.ts";

/** Shared by the nodes of one pass. */
export interface NodeContext {
  /** Where to read and write. */
  cluster: Cluster;
  /** The instance, as the parent of the node's objects. */
  parent: ParentIdentity;
  /** The variables of expressions. */
  scope: Scope;
  /** See {@link PassContext.maxCollectionSize}. */
  maxCollectionSize: number;
  /** See {@link PassContext.expansions}. */
  expansions?: ExpansionCache;
  /**
   * Adds the objects' kinds and namespaces to the inventory before the objects are created. Returns a fault
   * if another node of this pass makes the same object, or if the instance cannot be patched.
   */
  reserve(node: Node, objects: readonly KubeObject[]): Promise<Fault | undefined>;
}
