/**
 * The types that describe the processing of a key: its result, its measurements, and the counters of a queue.
 */

/** The result of processing a key of the work queue. */
export type WorkResult =
  /** Processing succeeded. The key is processed again only when it is added again. */
  | "done"
  /** Processing failed. The key is requeued with exponential backoff. */
  | "retry"
  /**
   * The key is requeued after `afterMs` milliseconds. If `failed` is true, processing failed, and the key is
   * requeued earlier if its backoff is shorter than `afterMs`.
   */
  | { afterMs: number; failed?: boolean };

/** Reports whether a result counts as a failure of the key. */
export function isFailure(result: WorkResult): boolean {
  return result === "retry" || (typeof result === "object" && Boolean(result.failed));
}

/** A key that is being processed. */
export interface Work {
  /** The key that is being processed. */
  key: string;
  /** The time since processing the key began, in milliseconds. */
  ms: number;
}

/** Measurements of a key that was processed. */
export interface Worked {
  /** The time for which the key waited for a worker, in milliseconds. */
  waitedMs: number;
  /** The time that processing the key took, in milliseconds. */
  workedMs: number;
  /** The result of processing the key. */
  result: WorkResult;
}

/** The counters of a work queue since the queue was created. */
export interface QueueCounts {
  /** The number of added keys. A key that was already waiting is not counted again. */
  adds: number;
  /** The number of requeues of keys that had failed. */
  retries: number;
  /** The number of keys that the queue gave up because they failed too often. */
  givenUp: number;
}
