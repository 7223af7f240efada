/**
 * The fault proxy between kro and the API server: applies the faults of a script, and records
 * every request with its result.
 *
 * @module
 */
export * from "./fault.ts";
export { FaultProxy } from "./proxy.ts";
export type { Connection, Relay } from "./relay.ts";
export { isWrite, type Target, targetOf } from "./target.ts";
export type { OpenWatch, WatchMode } from "./watches.ts";
