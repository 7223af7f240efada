/**
 * The HTTP endpoint: health, metrics and the read-only JSON API of graphs and instance state.
 * It reads the controller's memory and sends no request to the API server, except to authorize scrapes of
 * the metrics.
 *
 * @module
 */
export * from "./app.ts";
export * from "./listen.ts";
export type { Page } from "./page.ts";
export type { HttpProblem } from "./problem.ts";
