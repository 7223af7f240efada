/**
 * The drivers: clusters behind the pass's port (live, cached), and the long-running controller with
 * its queue, graph controller, instance controllers, caches and leadership.
 *
 * @module
 */
export * from "./view.ts";
