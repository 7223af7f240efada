/** The source of the explanations that the endpoint returns. */
import type { KindRef, KubeObject } from "../api/mod.ts";
import type { ComparedObject, Explanation } from "../explain/mod.ts";
import type { ItemState, NodeOutcome, NodeState } from "../reconcile/mod.ts";

/** A node with forEach. */
export interface Collection {
  /** The kind of the node's objects. */
  readonly kind: KindRef;
  /** Returns the states of live objects of the node, in their order. */
  states(objects: readonly KubeObject[]): ItemState[];
}

/** The error for a revision that does not exist. The error's message is part of the response. */
export class UnknownRevision extends Error {
  /** Always `UnknownRevision`. */
  override readonly name = "UnknownRevision";
}

/** One of the two revisions of a {@link RevisionComparison}. */
export interface RevisionSide {
  /** The number of the revision. */
  revision: number;
  /** The problems because of which the revision does not compile now; empty if it compiles. */
  problems: string[];
  /** The nodes whose objects are not known, because a value is missing or an expression fails. */
  unknown: { node: string; state: NodeState; reason: string }[];
}

/** The differences between the objects of an instance under two revisions of its graph. */
export interface RevisionComparison {
  /** The first revision. */
  from: RevisionSide;
  /** The second revision. */
  to: RevisionSide;
  /** The objects that differ; empty if a revision does not compile. */
  objects: ComparedObject[];
  /** The number of objects that are equal under both revisions. */
  equal: number;
}

/** Explains instances with objects that are read from the API server for each request. */
export interface Explainer {
  /**
   * Explains an instance, or a node or field of it. Rejects with ApiError if the API server refuses to return
   * the instance, and with UnknownSubject if the graph has no such node or field.
   *
   * @param graph The name of the RGD.
   * @param at The namespace and the name of the instance; the namespace is absent for a cluster-scoped instance.
   * @param subject The node or the field, as `kro why` accepts it; the whole instance when absent.
   * @param authorization The Authorization header of the request; null when the request lacks the header.
   * @returns The explanation; undefined when the graph or the instance does not exist.
   */
  explain(
    graph: string,
    at: { namespace?: string; name: string },
    subject: string | undefined,
    authorization: string | null,
  ): Promise<Explanation | undefined>;
  /**
   * Returns a node with forEach; undefined when the graph has no such node. If the method is absent, the
   * endpoint does not show the states of single objects.
   */
  collection?(graph: string, node: string): Collection | undefined;
  /**
   * Returns the results of an instance's nodes, as a pass over its live objects would find them if the instance
   * were not suspended. Nodes whose objects may not be read are left out. Rejects with ApiError if the API server
   * refuses to return the instance. If the method is absent, the endpoint shows only the results of the last pass.
   *
   * @param authorization The Authorization header of the request; null when the request lacks the header.
   * @returns The results; undefined when the graph or the instance does not exist.
   */
  nodes?(
    graph: string,
    at: { namespace?: string; name: string },
    authorization: string | null,
  ): Promise<NodeOutcome[] | undefined>;
  /**
   * Compares the objects that two revisions of the graph want for an instance. Rejects with ApiError if the API
   * server refuses a read, and with {@link UnknownRevision} if the graph has no such revision. If the method is
   * absent, the endpoint does not compare revisions.
   *
   * @param authorization The Authorization header of the request; null when the request lacks the header.
   * @returns The comparison; undefined when the graph or the instance does not exist.
   */
  compareRevisions?(
    graph: string,
    at: { namespace?: string; name: string },
    revisions: { from: number; to: number },
    authorization: string | null,
  ): Promise<RevisionComparison | undefined>;
}
