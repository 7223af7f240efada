/** The clock of the work queues and of the periodic resyncs. Tests replace it by a clock of their own. */

import { LONGEST_DELAY_MS } from "../../kube/mod.ts";

/** A source of time that can call functions later. */
export interface Clock {
  /** Returns the present time in milliseconds since any fixed point. */
  now(): number;
  /** Calls `callback` once after `ms` milliseconds, or after about 25 days if that is sooner. The returned function cancels the call. */
  schedule(callback: () => void, ms: number): () => void;
}

/** The clock of the process. */
export const systemClock: Clock = {
  now: () => performance.now(),
  schedule(callback, ms) {
    const timer = setTimeout(callback, Math.min(ms, LONGEST_DELAY_MS));
    return () => clearTimeout(timer);
  },
};
