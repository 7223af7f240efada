/**
 * The long-running operator: the work queue, the graph controller and the instance controllers, leader
 * election, periodic full resyncs, and metrics. {@link Controller} connects these parts.
 * {@link ControllerView} is the read-only view of their state. The work queue works as client-go's workqueue,
 * and leader election as client-go's leaderelection.
 *
 * @example Run until a signal arrives
 * ```ts
 * import { connect, loadConfig } from "../kube/mod.ts";
 * import { Controller, Metrics } from "./mod.ts";
 *
 * async function run(signal: Promise<void>): Promise<void> {
 *   const metrics = new Metrics();
 *   const options = { userAgent: "kro/v0.9.4", onRequest: metrics.request };
 *   const client = connect(await loadConfig({}), options);
 *   const controller = new Controller({ client, version: "v0.9.4", podId: "pod-1", metrics });
 *   controller.start();
 *   await signal;
 *   await controller.stop(60_000);
 * }
 * ```
 *
 * @module
 */
export { Controller } from "./controller.ts";
export type { Affected, CauseView } from "./causes.ts";
export type { DefinitionView, NodeDefinition } from "./definition.ts";
export {
  type RevisionChange,
  type RevisionView,
  revisionViews,
  type ServedNodes,
} from "./revisions_view.ts";
export { type Health, HEALTHS } from "./health.ts";
export { CONTROLLER_DEFAULTS } from "./defaults.ts";
export type { LeadershipOptions } from "./lease/leadership.ts";
export type { InstanceConditions } from "./metrics/instances.ts";
export { Metrics, type MetricSources } from "./metrics/metrics.ts";
export type { ObservedCounts } from "./metrics/observed.ts";
export type { QueueView } from "./metrics/queues.ts";
export type { RevisionMetrics } from "./metrics/revisions.ts";
export type { SchemaMetrics } from "./metrics/schemas.ts";
export type { ControllerOptions } from "./options.ts";
export { RESYNC_MS, RETRY_DELAYS } from "./queue/options.ts";
export type { QueueCounts, Work, Worked, WorkResult } from "./queue/work.ts";
export * from "./view.ts";
export type { FieldChange, ObjectAction, ObjectChange, ObjectName } from "../explain/mod.ts";
