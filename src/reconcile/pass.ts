/**
 * The state of a pass, which is one reconciliation of one instance. If the kind of the instance has no
 * usable graph, the pass gets a {@link NoGraph} in place of the graph.
 */
import type { KindRef, KubeObject } from "../api/mod.ts";
import type { Graph } from "../graph/mod.ts";
import type { Cluster } from "./cluster.ts";
import type { PassContext } from "./context.ts";

/**
 * The value that a pass gets in place of a {@link Graph} when the kind of the instance has no usable graph.
 */
export interface NoGraph {
  /** The kind of the instance. */
  readonly instance: KindRef;
  /**
   * The reason why no revision of the RGD can be used, for the status of the instance. Absent when the RGD
   * was deleted. kro then leaves the instance unchanged until the instance is deleted too.
   */
  readonly unresolved?: string;
}

/** The state that the steps of a pass share. */
export interface Pass {
  /** The kind of the instance. */
  readonly kind: KindRef;
  /**
   * Whether an error message of the API server may quote the value of a Secret. True when the graph has a
   * confidential node, and in a pass without a graph.
   */
  readonly confidential: boolean;
  /** The instance as this pass last read or wrote it. */
  instance: KubeObject;
  /** The cluster to read from and write to. */
  readonly cluster: Cluster;
  /** The clock, the limits, and the identity of the process. */
  readonly context: PassContext;
}

/** Reports whether the value is a compiled graph. */
export function isGraph(graph: Graph | NoGraph): graph is Graph {
  return "nodes" in graph;
}
