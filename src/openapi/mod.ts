/**
 * Where schemas come from (a port, CRD objects, the built-in snapshot) and how to walk them.
 * No I/O: a cluster's schemas are fetched by `controller`, which implements the port.
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
