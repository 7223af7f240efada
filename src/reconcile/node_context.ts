/** The values that all graph nodes share during a pass. */
import type { KubeObject } from "../api/mod.ts";
import type { Node } from "../graph/mod.ts";
import type { Cluster } from "./cluster.ts";
import type { ExpansionCache } from "./expansion_cache.ts";
import type { ParentIdentity } from "./labels.ts";
import type { Fault } from "./result.ts";
import type { Scope } from "./scope.ts";

/** The values that all graph nodes share during a pass. */
export interface NodeContext {
  /** The cluster to read from and write to. */
  cluster: Cluster;
  /** The instance that owns the nodes' objects. */
  parent: ParentIdentity;
  /** The variables that expressions read. */
  scope: Scope;
  /**
   * The maximum number of objects that one forEach may expand to. See
   * {@link PassContext.maxCollectionSize}.
   */
  maxCollectionSize: number;
  /** Whether readyWhen is not evaluated. See {@link PassContext.assumeReady}. */
  assumeReady?: boolean;
  /** The cache of expanded collections. See {@link PassContext.expansions}. */
  expansions?: ExpansionCache;
  /**
   * Adds the kinds and namespaces of the objects to the inventory of the instance, before the objects are
   * created. Returns a fault when another node of this pass creates the same object, or when the inventory
   * cannot be written.
   */
  reserve(node: Node, objects: readonly KubeObject[]): Promise<Fault | undefined>;
}
