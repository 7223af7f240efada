/**
 * kro's HTTP endpoint. {@link createHandler} returns a handler that serves health, metrics and a read-only
 * JSON API of graphs and instances. {@link listen} serves the handler on an address. Responses come from
 * the controller's memory. Only the check of a request's token and explanations send requests to the API
 * server.
 *
 * @module
 */
export type { TokenCheck, Verdict } from "./access.ts";
export * from "./app.ts";
export type { ServerOptions } from "./path_request.ts";
export { EventStreams, type StreamLimits } from "./events.ts";
export type { LiveReader } from "./live.ts";
export * from "./listen.ts";
export type { Page } from "./page.ts";
export * from "./ports.ts";
export type { HttpProblem } from "./problem.ts";
export {
  type Collection,
  type Explainer,
  type RevisionComparison,
  type RevisionSide,
  UnknownRevision,
} from "./explainer.ts";
