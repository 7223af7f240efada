/** Values that tests pass to the controller's metrics instead of those of a running controller. */
import type { MetricSources } from "../../../../src/controller/metrics/metrics.ts";

const queue: MetricSources["instances"] = {
  depth: 0,
  ageMs: 0,
  active: 0,
  longest: undefined,
  unfinishedMs: 0,
  counts: { adds: 0, retries: 0, givenUp: 0 },
  workers: 1,
};

/** The values of an idle controller, whose queues are empty and which watches no kind. */
export const nothing: MetricSources = {
  instances: queue,
  graphs: queue,
  served: () => [],
  interests: () => [],
  schemas: () => 0,
  leads: () => false,
};
