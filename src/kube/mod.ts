/**
 * Kubernetes over fetch: configuration, transport, discovery, watch, server-side apply, leases.
 * It knows nothing of graphs.
 *
 * @module
 */
export { connect } from "./client.ts";
export { loadConfig, type LoadOptions } from "./config.ts";
export { ConfigError } from "./errors.ts";
export * from "./types.ts";
