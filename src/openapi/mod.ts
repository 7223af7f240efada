/**
 * The OpenAPI schemas of Kubernetes kinds. Schemas are looked up through the interface {@link SchemaSource}.
 * They come from CRDs, from OpenAPI documents, or from a built-in snapshot of one Kubernetes release. This
 * room (a folder below `src`) does no I/O: the sources that read a cluster are in the room `clusters`.
 *
 * @example Look up a built-in kind
 * ```ts
 * import assert from "node:assert/strict";
 * import { child, snapshotSource } from "./mod.ts";
 *
 * const gvk = { group: "apps", version: "v1", kind: "Deployment" };
 * const deployment = await snapshotSource().resolve(gvk);
 * assert.equal(deployment?.plural, "deployments");
 * assert.equal(child(child(deployment!.schema, "spec")!, "replicas")?.type, "integer");
 * ```
 *
 * @module
 */
export { kindsOfCrd } from "./crd.ts";
export { withDefaults } from "./defaults.ts";
export { kindsOfDocument, type OpenApiDocument } from "./link.ts";
export * from "./metadata.ts";
export { pruned } from "./prune.ts";
export * from "./schema.ts";
export { SNAPSHOT_VERSION, snapshotKinds, snapshotSource } from "./snapshot.ts";
export * from "./source.ts";
export { violations } from "./validate.ts";
export * from "./walk.ts";
