/**
 * The drivers: clusters behind the pass's port (live, cached), and the long-running controller with
 * its queue, graph controller, instance controllers, caches and leadership.
 *
 * @module
 */
export type { BuildDeps } from "./build.ts";
export { Controller, type ControllerOptions } from "./controller.ts";
export { installCrds, ownCrds, ownCrdsPresent } from "./crds.ts";
export type { CrdDeps } from "./generated_crd.ts";
export type { LeadershipOptions } from "./leadership.ts";
export { LiveCluster } from "./live.ts";
export { Metrics, type MetricSources } from "./metrics.ts";
export type { InterestCount } from "./cache/interests.ts";
export type { LookupEvents } from "./lookups.ts";
export type { InstanceConditions } from "./metrics/instances.ts";
export type { QueueView } from "./metrics/queues.ts";
export type { RevisionMetrics } from "./metrics/revisions.ts";
export type { SchemaMetrics } from "./metrics/schemas.ts";
export type { QueueCounts, Work, Worked, WorkResult } from "./queue.ts";
export { type PublishDeps, publishGraph, type PublishResult } from "./publish.ts";
export type { ServedGraph, ServingDeps } from "./serving.ts";
export type { RevisionDeps, RevisionEvents } from "./revisions.ts";
export { ClusterSchemas } from "./schemas.ts";
export * from "./view.ts";
export { type WithdrawDeps, withdrawGraph, type WithdrawResult } from "./withdraw.ts";
