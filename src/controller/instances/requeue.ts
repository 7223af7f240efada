/** Decides when an instance is polled because no watch reports the change for which the instance waits. */
import type { Graph } from "../../graph/mod.ts";
import type { Outcome } from "../../reconcile/mod.ts";

/** A completed pass, which is one reconciliation of one instance. */
export interface Ran {
  /** The outcome of the pass. */
  outcome: Outcome;
  /** The graph that the pass used; undefined when the kind has no usable graph. */
  graph: Graph | undefined;
  /** Whether the pass used kinds that are not watched, so that the instance has to be polled. */
  isPolled: boolean;
  /** Whether the pass only observed, and found other differences than the pass before. */
  isNew?: boolean;
  /** The time after which a pass that only observes must be repeated, in milliseconds. */
  compareMs?: number;
}

/**
 * The intervals at which instances are polled, in milliseconds. `waiting` is the interval of waiting
 * instances if the option `requeueMs` is 0. `converged` is the interval of converged instances that have
 * objects of kinds which are not watched.
 */
const POLL_MS = { waiting: 10_000, converged: 30_000 };

/**
 * Returns the milliseconds until the instance is polled; undefined when it need not be polled.
 *
 * @param requeueMs The interval of waiting instances, in milliseconds; 0 for the default.
 */
export function pollMs(
  { outcome: { next }, isPolled }: Ran,
  requeueMs: number,
): number | undefined {
  if (next.kind === "wait" && next.timed) return requeueMs || POLL_MS.waiting;
  if (!isPolled || next.kind === "retry") return undefined;
  return next.kind === "wait" ? requeueMs || POLL_MS.waiting : POLL_MS.converged;
}
