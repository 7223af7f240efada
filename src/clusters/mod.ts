/**
 * The port `Cluster` on a real cluster. `LiveCluster` reads and writes through the API server;
 * `CachedCluster` reads from watch caches and writes only what differs. The caches, drift detection
 * and the schemas of a cluster's kinds belong here.
 *
 * @module
 */
export { AsyncCache, type AsyncCacheListener } from "./async_cache.ts";
export type { ObjectKey } from "./cache/child.ts";
export type { ChildReader } from "./cache/child_table.ts";
export { ChildCaches, type WakeListener } from "./cache/children.ts";
export { ExternalCaches, type ExternalKind } from "./cache/external.ts";
export type { InstanceId } from "./cache/instance_id.ts";
export type { InstanceKind, NodeReads } from "./cache/graph_reads.ts";
export type { Interest, InterestCount } from "./cache/interests.ts";
export { type DeferredEvent, InflightWrites } from "./cache/inflight_writes.ts";
export type { ChildWriter } from "./cache/store.ts";
export type { SweepWaits, Swept } from "./cache/sweep.ts";
export { CachedCluster, type CachedParts, type InstanceWriter } from "./cached.ts";
export { digest } from "./drift/fingerprint.ts";
export type { ForeignChange } from "./drift/foreign_change.ts";
export { type RepairAdvice, RevertBackoff } from "./drift/revert_backoff.ts";
export { Interner } from "./interner.ts";
export { KeyedMutex } from "./keyed_mutex.ts";
export { LiveCluster } from "./live.ts";
export { LiveLists } from "./live_lists.ts";
export { ClusterSchemas, KindUnavailable } from "./schemas.ts";
export { API_SERVICE_KIND, type ApiService, isAvailable, shadowed } from "./served_kinds.ts";
