/**
 * Where schemas come from (a port, CRD objects, the built-in snapshot) and how to walk them.
 * No I/O: a cluster's schemas are fetched by `controller`, which implements the port.
 *
 * @module
 */
export * from "./schema.ts";
export * from "./source.ts";
