/**
 * Kubernetes over fetch: configuration, transport, discovery, watch, server-side apply, leases.
 * It does not depend on graphs.
 *
 * @module
 */
export { AccessReviewer, type AccessVerdict } from "./access.ts";
export { Backoff } from "./backoff.ts";
export { connect } from "./client.ts";
export { loadConfig, type LoadOptions } from "./config.ts";
export { Discovery } from "./discovery.ts";
export { ConfigError, NoClusterError } from "./errors.ts";
export { isEstablished, isServed, waitEstablished } from "./established.ts";
export { SERVICE_ACCOUNT_DIR } from "./in_cluster.ts";
export type { DiscoveredKind } from "./kind_index.ts";
export * from "./lease.ts";
export { TokenBucket } from "./token_bucket.ts";
export { LEASE_DEFAULTS, LeaseHolder, leaseIdentity, type LeaseOptions } from "./lease_holder.ts";
export { everyPage } from "./list_pages.ts";
export {
  type Listed,
  Reflector,
  type ReflectorHandlers,
  type ReflectorOptions,
} from "./reflector.ts";
export { compareRevisions } from "./resource_version.ts";
export { ScopedReflector } from "./scoped_reflector.ts";
export { settledIn, sleep, within } from "./timers.ts";
export * from "./types.ts";
