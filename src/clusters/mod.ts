/**
 * The port `Cluster` on a real cluster. `LiveCluster` reads and writes through the API server;
 * `CachedCluster` reads from watch caches and writes only what differs. The caches, drift detection
 * and the schemas of a cluster's kinds belong here.
 *
 * @module
 */
export { AsyncCache, type LookupEvents } from "./async_cache.ts";
export { ChildCaches, type WakeListener } from "./cache/children.ts";
export { ExternalCaches, type ExternalKind } from "./cache/external.ts";
export type { InstanceId } from "./cache/instance_id.ts";
export type { InstanceKind, NodeReads } from "./cache/graph_reads.ts";
export type { Interest, InterestCount } from "./cache/interests.ts";
export { ChildStore, type ObjectKey } from "./cache/store.ts";
export { sweepKind, type SweepWaits, type Swept } from "./cache/sweep.ts";
export { CachedCluster, type CachedParts } from "./cached.ts";
export { digest } from "./drift/fingerprint.ts";
export type { ForeignChange } from "./drift/foreign_change.ts";
export { RevertBackoff, type Turn } from "./drift/revert_backoff.ts";
export { KeyedMutex } from "./keyed_mutex.ts";
export { LiveCluster } from "./live.ts";
export { LiveLists } from "./live_lists.ts";
export { ClusterSchemas, KindUnavailable } from "./schemas.ts";
export { API_SERVICE_KIND, type ApiService, isAvailable, shadowed } from "./served_kinds.ts";
