/**
 * The interface `Cluster` for an API server, with watch caches, drift detection and schemas.
 *
 * - {@link LiveCluster} sends a request for each read. Commands that reconcile once and exit use this class.
 * - {@link CachedCluster} reads from {@link ChildCaches} and {@link ExternalCaches}, and writes an object
 *   only if the object differs from the desired object. The operator uses this class.
 * - {@link PlanCluster} reads each object once, and records writes without sending them. `kro plan` uses this
 *   class.
 * - {@link DesiredCluster} collects the objects that a graph wants, for the comparison of two revisions.
 * - {@link ReadOnlyCluster} only reads. `kro why`, `kro describe` and `kro get` use this class.
 * - {@link ClusterRecorder} records the answers of another cluster, and {@link ReplayCluster} repeats them without
 *   a connection. `kro record` and `kro replay` use these classes.
 * - {@link ClusterSchemas} looks up the kinds that the cluster serves, and their schemas.
 * - {@link AsyncCache}, {@link KeyedMutex}, {@link InflightWrites}, {@link Interner} and
 *   {@link RevertBackoff} are general-purpose parts.
 *
 * Reflectors fill the caches as in client-go: a list, and then a watch from the list's resourceVersion, with
 * bookmarks (Kubernetes API concepts, "Efficient detection of changes").
 *
 * @example Reconcile an instance without caches
 * ```ts
 * import type { KubeObject } from "../api/mod.ts";
 * import type { Graph } from "../graph/mod.ts";
 * import { Discovery, type KubeClient } from "../kube/mod.ts";
 * import { type PassContext, reconcile } from "../reconcile/mod.ts";
 * import { ClusterSchemas, LiveCluster } from "./mod.ts";
 *
 * async function runOnce(client: KubeClient, graph: Graph, at: KubeObject, context: PassContext) {
 *   const discovery = new Discovery(client);
 *   const cluster = new LiveCluster(client, discovery, new ClusterSchemas(client, discovery));
 *   return await reconcile(graph, at, cluster, context);
 * }
 * ```
 *
 * @module
 */
export { AsyncCache, type AsyncCacheListener } from "./async_cache.ts";
export type { ObjectKey } from "./cache/child.ts";
export type { ChildReader } from "./cache/child_table.ts";
export { ChildCaches } from "./cache/children.ts";
export type { WakeListener } from "./cache/listeners.ts";
export { ExternalCaches, type ExternalKind } from "./cache/external.ts";
export type { InstanceId } from "./cache/instance_id.ts";
export type { InstanceKind, NodeReads } from "./cache/graph_reads.ts";
export type { Interest, InterestCount } from "./cache/interests.ts";
export { type DeferredEvent, InflightWrites } from "./cache/inflight_writes.ts";
export type { ChildWriter } from "./cache/child_writer.ts";
export type { SweepWaits, Swept } from "./cache/sweep.ts";
export { CachedCluster, type CachedParts, type InstanceWriter } from "./cached.ts";
export { DesiredCluster, type DesiredOptions } from "./desired.ts";
export { digest } from "./drift/fingerprint.ts";
export type { ForeignChange } from "./drift/foreign_change.ts";
export { type RepairAdvice, RevertBackoff } from "./drift/revert_backoff.ts";
export { Interner } from "./interner.ts";
export { KeyedMutex } from "./keyed_mutex.ts";
export { LiveCluster } from "./live.ts";
export { LiveLists } from "./live_lists.ts";
export { ObservedCluster } from "./observed.ts";
export { ReadOnlyCluster } from "./read_only.ts";
export { PlanCluster, type PlanPass } from "./plan/cluster.ts";
export type { Answer, Question } from "./plan/dry_run.ts";
export type { PlanKinds } from "./plan/kinds.ts";
export type { PlanReads, Reader } from "./plan/reads.ts";
export { isSameObject, type PlanOptions, PlanStore, withoutIdentity } from "./plan/store.ts";
export type { Table } from "./plan/table.ts";
export { apiErrorOf, type RecordedCall, type RecordedError } from "./record/call.ts";
export { ClusterRecorder, type RecordedApply } from "./record/recorder.ts";
export { ReplayCluster } from "./record/replay.ts";
export { ClusterSchemas, KindUnavailable } from "./schemas.ts";
export { API_SERVICE_KIND, type ApiService, isAvailable, shadowed } from "./served_kinds.ts";
