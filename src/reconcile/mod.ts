/**
 * The pass: expand, resolve, order, apply, prune, delete, status, explain. One function over one
 * port; which cluster is behind the port makes it the operator, a one-shot command or a rendering.
 *
 * @module
 */
export * from "./cluster.ts";
export * from "./outcome.ts";
export type { PassContext, StatusChange } from "./context.ts";
export { ExpansionCache } from "./expansion_cache.ts";
export { reconcile } from "./reconcile.ts";
export { remove } from "./remove.ts";
export { unresolved } from "./unresolved.ts";
export { matchLabels, selectorText } from "./selector.ts";
export { withoutValues, withValuesOf } from "./volatile.ts";
export { applySetId, type Inventory, inventoryHash, readInventory } from "./inventory.ts";
export { carriedText, hasFinalizer, isSuspended } from "./labels.ts";
export { applyEntry, isApplied, isMember } from "./membership.ts";
export { type MemoryCall, MemoryCluster, type MemoryOptions } from "./memory/cluster.ts";
