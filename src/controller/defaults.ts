/**
 * The defaults of the operator's options. Both the operator and the help text of `kro controller` use these
 * constants.
 */

/** The default values of ControllerOptions. All durations are in milliseconds. */
export const CONTROLLER_DEFAULTS = {
  /**
   * The maximum number of instances that are reconciled at the same time. The default of upstream kro is 1.
   */
  instanceWorkers: 16,
  /** The maximum number of RGDs that are processed at the same time. The default of upstream kro is 1. */
  graphWorkers: 4,
  /**
   * The time after which an instance is reconciled again while the instance waits for a change that no watch
   * reports. Upstream kro has the same default.
   */
  instanceRequeueMs: 3000,
  /**
   * The time after which an RGD is processed again while its deletion waits for instances. Upstream kro has
   * the same default.
   */
  graphProgressMs: 3000,
  /** The duration of a pass beyond which the operator reports itself unhealthy. */
  passDeadlineMs: 600_000,
  /**
   * The time within which the caches of a kind must be synced. If they are not synced in time, serving the
   * kind fails.
   */
  syncTimeoutMs: 30_000,
} as const;
