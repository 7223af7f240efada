/**
 * The HTTP endpoint: {@link createHandler} serves health, metrics and a read-only JSON API of graphs and
 * instances, {@link listen} binds it to an address. Responses come from the controller's memory; only the
 * authorization of scrapes sends requests to the API server.
 *
 * @module
 */
export * from "./app.ts";
export * from "./listen.ts";
export type { Page } from "./page.ts";
export type { HttpProblem } from "./problem.ts";
