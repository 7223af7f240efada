/** Defaults of the operator's options, where its code and `kro controller --help` take them from. */

/** Defaults of ControllerOptions; durations in milliseconds. */
export const CONTROLLER_DEFAULTS = {
  /** Instances reconciled at the same time. Upstream's default is 1. */
  instanceWorkers: 16,
  /** RGDs reconciled at the same time. Upstream's default is 1. */
  graphWorkers: 4,
  /**
   * Delay before an instance is requeued that waits for a change that no watch reports. The value is upstream's
   * default.
   */
  instanceRequeueMs: 3000,
  /** Delay before a waiting RGD is requeued; upstream's. */
  graphProgressMs: 3000,
  /** How long a pass may take before the controller reports itself unhealthy. */
  passDeadlineMs: 600_000,
  /** How long the caches of a kind may take to sync before the pass fails. */
  syncTimeoutMs: 30_000,
} as const;
