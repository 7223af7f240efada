/**
 * The pass: expand, resolve, order, apply, prune, delete, status, explain. One function over one
 * port; which cluster is behind the port makes it the operator, a one-shot command or a rendering.
 *
 * @module
 */
export * from "./cluster.ts";
export * from "./outcome.ts";
// reconcile(graph: Graph, instance: KubeObject, cluster: Cluster, context: PassContext): Promise<Outcome>
// removeInstance(kind: KindRef, instance: KubeObject, cluster: Cluster, context: PassContext): Promise<Outcome>   (no graph needed)
// MemoryCluster
