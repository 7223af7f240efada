/**
 * The long-running operator: the work queue, the graph and instance controllers, leader election,
 * sweeps and metrics. `Controller` wires them together; `ControllerView` is its read-only state.
 *
 * @module
 */
export { Controller, type ControllerOptions } from "./controller.ts";
export { CONTROLLER_DEFAULTS } from "./defaults.ts";
export type { LeadershipOptions } from "./lease/leadership.ts";
export type { InstanceConditions } from "./metrics/instances.ts";
export { Metrics, type MetricSources } from "./metrics/metrics.ts";
export type { QueueView } from "./metrics/queues.ts";
export type { RevisionMetrics } from "./metrics/revisions.ts";
export type { SchemaMetrics } from "./metrics/schemas.ts";
export {
  type QueueCounts,
  RESYNC_MS,
  RETRY_DELAYS,
  type Work,
  type Worked,
  type WorkResult,
} from "./queue.ts";
export * from "./view.ts";
