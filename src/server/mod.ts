/**
 * The HTTP endpoint: health, metrics and the read-only JSON API of graphs and instance state.
 * It answers from the controller's memory and never asks the API server.
 *
 * @module
 */
export * from "./app.ts";
export * from "./listen.ts";
export type { Page } from "./page.ts";
export type { HttpProblem } from "./problem.ts";
