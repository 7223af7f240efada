/**
 * Runs passes. A pass is one reconciliation of one instance: {@link reconcile} applies the objects of the
 * instance's graph, prunes objects that the graph no longer contains, and writes the instance's status.
 *
 * All reads and writes of a pass use the interface {@link Cluster}. The controller uses the implementation
 * `CachedCluster`, the one-shot commands use `LiveCluster`, and {@link MemoryCluster} renders objects
 * without an API server.
 *
 * Apart from that interface, this folder does no I/O and reads no clock. Ownership of objects follows
 * KEP-3659 (ApplySet), and applies follow KEP-555 (server-side apply).
 *
 * @example Reconcile an instance in memory
 * ```ts
 * import assert from "node:assert/strict";
 * import { compile, kindsOf, MAX_COLLECTION_SIZE } from "../graph/mod.ts";
 * import { kindsOfCrd, resolveKinds, snapshotSource } from "../openapi/mod.ts";
 * import { MemoryCluster, reconcile } from "./mod.ts";
 *
 * const metadata = { name: "${schema.metadata.name}" };
 * const resources = [{ id: "config", template: { apiVersion: "v1", kind: "ConfigMap", metadata } }];
 * const schema = { kind: "Shop", apiVersion: "v1alpha1" };
 * const head = { apiVersion: "kro.run/v1alpha1", kind: "ResourceGraphDefinition" };
 * const rgd = { ...head, metadata: { name: "shop" }, spec: { schema, resources } };
 * const table = await resolveKinds(snapshotSource(), kindsOf(rgd));
 * const compiled = compile(rgd, table);
 * assert.ok(compiled.ok);
 *
 * const { graph } = compiled;
 * const cluster = new MemoryCluster({ kinds: [...table.values(), ...kindsOfCrd(graph.crd)] });
 * const instance = cluster.put(graph.instance, {
 *   apiVersion: "kro.run/v1alpha1",
 *   kind: "Shop",
 *   metadata: { name: "corner", namespace: "default" },
 * });
 * const outcome = await reconcile(graph, instance, cluster, {
 *   now: () => new Date(),
 *   version: "v0.9.4",
 *   podId: "pod-1",
 *   maxCollectionSize: MAX_COLLECTION_SIZE,
 * });
 * assert.equal(outcome.state, "ACTIVE");
 * assert.equal(outcome.nodes[0]?.objects[0]?.name, "corner");
 * ```
 *
 * @module
 */
export * from "./cluster.ts";
export * from "./outcome.ts";
export type { PassContext, RefusedStatus, StatusChange, StatusPacing } from "./context.ts";
export { type ItemState, itemStates } from "./item_state.ts";
export { ExpansionCache } from "./expansion_cache.ts";
export type { NoGraph } from "./pass.ts";
export type { PlannedWrite } from "./planned_write.ts";
export { reconcile } from "./reconcile.ts";
export { type Evaluated, raw, Scope } from "./scope.ts";
export { unresolvedReason } from "./conditions.ts";
export { matchLabels, selectorText } from "./selector.ts";
export { withoutValues, withValuesOf } from "./volatile.ts";
export { applySetId, type Inventory, inventoryHash, readInventory } from "./inventory.ts";
export { hasFinalizer, isSuspended, managedMetadataText } from "./labels.ts";
export {
  applyEntry,
  fieldsWithout,
  foreignLabels,
  isApplied,
  isMember,
  isTaken,
  type Parent,
  type ParentLabel,
} from "./membership.ts";
export { applied, type FieldWrite } from "./memory/apply.ts";
export { mergePatch } from "./memory/patch.ts";
export { type MemoryCall, MemoryCluster, type MemoryOptions } from "./memory/cluster.ts";
