/**
 * OpenAPI schemas of Kubernetes kinds: the port {@link SchemaSource} through which they are looked up, kinds
 * from CRDs and OpenAPI documents, a built-in snapshot of one Kubernetes release, and functions to walk
 * schemas. No I/O: the sources that read a cluster live in `clusters`.
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
export * from "./schema.ts";
export { SNAPSHOT_VERSION, snapshotKinds, snapshotSource } from "./snapshot.ts";
export * from "./source.ts";
export * from "./walk.ts";
