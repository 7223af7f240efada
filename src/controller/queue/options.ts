/** The options of a work queue, with their defaults. */
import { type Clock, systemClock } from "./clock.ts";
import type { Worked } from "./work.ts";

/**
 * The time between two full resyncs, in milliseconds. The value of 10 h is the default of upstream's
 * `--dynamic-controller-default-resync-period`.
 */
export const RESYNC_MS = 36_000_000;

/** The default delays after failures, in milliseconds, which are those of upstream's rate limiter. */
export const RETRY_DELAYS: { readonly minDelayMs: number; readonly maxDelayMs: number } = {
  minDelayMs: 200,
  maxDelayMs: 1_000_000,
};

/** The options of a work queue. */
export interface QueueOptions {
  /** The maximum number of keys that are processed at the same time. */
  workers: number;
  /**
   * The maximum number of workers that process background keys at the same time; by default, all workers.
   * Background keys are the keys that `addBackground` adds.
   */
  background?: number;
  /**
   * The delay after the first failure of a key, in milliseconds; {@link RETRY_DELAYS} by default. The delay
   * doubles with each consecutive failure.
   */
  minDelayMs?: number;
  /** The longest delay after a failure of a key, in milliseconds; {@link RETRY_DELAYS} by default. */
  maxDelayMs?: number;
  /** The rate limit for the retries of all keys together, as a token bucket; unlimited by default. */
  retryRate?: { perSecond: number; burst: number };
  /** The number of consecutive failures after which the queue gives up a key; unlimited by default. */
  maxRetries?: number;
  /**
   * The delay before a key that was given up is added again, in milliseconds; {@link RESYNC_MS} by
   * default. The failures of the key are then counted from 0.
   */
  returnMs?: number;
  /** The clock of the queue; the clock of the process by default. */
  clock?: Clock;
  /** Called when processing a key threw an error. The error counts as the result `retry`. */
  onError?: (key: string, error: unknown) => void;
  /** Called after a key was processed. */
  onWorked?: (worked: Worked) => void;
  /** Called when the queue gives up a key, after {@link maxRetries} consecutive failures. */
  onGivenUp?: (key: string, retries: number) => void;
}

const DEFAULTS = {
  ...RETRY_DELAYS,
  returnMs: RESYNC_MS,
  clock: systemClock,
};

/** The options of a work queue in which each option that has a default is set. */
export type CompleteOptions = QueueOptions & typeof DEFAULTS;

/** Returns the options with the default of each option that is absent or undefined. */
export function withDefaults(options: QueueOptions): CompleteOptions {
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  return { ...DEFAULTS, ...Object.fromEntries(given) as unknown as QueueOptions };
}
