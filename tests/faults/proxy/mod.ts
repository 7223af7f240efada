/**
 * The fault proxy: a proxy between kro and the API server, which applies the faults that a test selects, and
 * records every request with its response.
 * @module
 */
export * from "./fault.ts";
export { FaultProxy } from "./proxy.ts";
export type { Connection, Relay } from "./relay.ts";
export { isWrite, type Target, targetOf } from "./target.ts";
export type { OpenWatch, WatchMode } from "./watches.ts";
