/** The state of one pass, and what it runs with when its kind has no graph. */
import type { KindRef, KubeObject } from "../api/mod.ts";
import type { Graph } from "../graph/mod.ts";
import type { Cluster } from "./cluster.ts";
import type { PassContext } from "./context.ts";

/** Passed instead of a {@link Graph} when no usable graph exists for the kind of the instances. */
export interface NoGraph {
  /** The kind of the instances. */
  readonly instance: KindRef;
  /**
   * Why no revision of the RGD can be used; written to the status. Absent when the RGD was deleted: then
   * instances are left as they are until they are deleted.
   */
  readonly unresolved?: string;
}

/** The state that the steps of a pass share. */
export interface Pass {
  /** Kind of the instance. */
  readonly kind: KindRef;
  /** The instance as this pass last read or wrote it. */
  instance: KubeObject;
  /** Where to read and write. */
  readonly cluster: Cluster;
  /** Clock, limits and identity of the process. */
  readonly context: PassContext;
}

/** True for a compiled graph. */
export function isGraph(graph: Graph | NoGraph): graph is Graph {
  return "nodes" in graph;
}
