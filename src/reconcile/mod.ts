/**
 * The pass: {@link reconcile} brings the objects of one instance in step with its graph, over the port
 * {@link Cluster}. The implementation of the port makes it an operator, a command or a rendering.
 *
 * @module
 */
export * from "./cluster.ts";
export * from "./outcome.ts";
export type { PassContext, StatusChange, StatusPacing } from "./context.ts";
export { ExpansionCache } from "./expansion_cache.ts";
export type { NoGraph } from "./pass.ts";
export { reconcile } from "./reconcile.ts";
export { matchLabels, selectorText } from "./selector.ts";
export { withoutValues, withValuesOf } from "./volatile.ts";
export { applySetId, type Inventory, inventoryHash, readInventory } from "./inventory.ts";
export { carriedText, hasFinalizer, isSuspended } from "./labels.ts";
export { applyEntry, isApplied, isMember } from "./membership.ts";
export { type MemoryCall, MemoryCluster, type MemoryOptions } from "./memory/cluster.ts";
