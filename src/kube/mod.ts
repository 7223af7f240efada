/**
 * Kubernetes over fetch: configuration, transport, discovery, watch, server-side apply, leases.
 * It knows nothing of graphs.
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
export type { DiscoveredKind } from "./kindindex.ts";
export * from "./lease.ts";
export { TokenBucket } from "./limit.ts";
export { LEASE_DEFAULTS, LeaseHolder, leaseIdentity, type LeaseOptions } from "./leaseholder.ts";
export { everyPage } from "./pages.ts";
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
