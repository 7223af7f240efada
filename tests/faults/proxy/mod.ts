/**
 * The fault proxy: stands between kro and the API server, breaks what a script tells it to, and records
 * every request with what came of it.
 *
 * @module
 */
export * from "./fault.ts";
export { FaultProxy } from "./proxy.ts";
export type { Connection, Relay } from "./relay.ts";
export { isWrite, type Target, targetOf } from "./target.ts";
export type { OpenWatch, WatchMode } from "./watches.ts";
