/** The source of the explanations that the endpoint returns. */
import type { KindRef, KubeObject } from "../api/mod.ts";
import type { Explanation } from "../explain/mod.ts";
import type { ItemState } from "../reconcile/mod.ts";

/** A node with forEach. */
export interface Collection {
  /** The kind of the node's objects. */
  readonly kind: KindRef;
  /** Returns the states of live objects of the node, in their order. */
  states(objects: readonly KubeObject[]): ItemState[];
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
}
