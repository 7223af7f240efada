/** Clock, limits and caches of a pass: it reads neither the system's clock nor the environment. */
import type { CelTotals, CostLimits } from "../cel/mod.ts";
import type { ExpansionCache } from "./expansion_cache.ts";
import type { Outcome } from "./outcome.ts";

/** The most urgent difference between a derived status and the one in the cluster. */
export type StatusChange = "state or condition" | "fields" | "condition messages";

/**
 * Decides when the status of one instance is written. A pass calls {@link StatusPacing.delayMs}, then
 * {@link StatusPacing.postponed} or {@link StatusPacing.writing}.
 */
export interface StatusPacing {
  /**
   * Returns the milliseconds to wait before a status with this change may be written; 0 means now. The
   * change is undefined if the status equals the last written one. Has no side effect.
   */
  delayMs(change: StatusChange | undefined): number;
  /** Records that the write is postponed. The delay counts from the first such call after a write. */
  postponed(change: StatusChange | undefined): void;
  /** Records that the change is about to be written; undefined: that the status no longer differs. */
  writing(change: StatusChange | undefined): void;
}

/** Everything that a pass needs besides graph, instance and cluster. */
export interface PassContext {
  /** The present time, for transition times of conditions. */
  now(): Date;
  /** kro's version, for labels and the tooling annotation. */
  version: string;
  /** Identity of the process: label `kro.run/controller-pod-id` of the instance. */
  podId: string;
  /** `--rgd-max-collection-size`: the maximum number of objects of one forEach. */
  maxCollectionSize: number;
  /**
   * Caches expanded collections across passes. It is keyed by the identity of the instance object, so the
   * caller must never modify an instance in place.
   */
  expansions?: ExpansionCache;
  /** `--cel-expression-budget`, `--cel-pass-budget`: limits of the CEL cost; `COST_LIMITS` by default. */
  costs?: CostLimits;
  /** Sums up the evaluations of all passes that share the object, for metrics. */
  celTotals?: CelTotals;
  /** UID of the RGD, for the instance's label; when absent the label is left as it is. */
  rgdUid?: string;
  /** The RGD is suspended, and with it all of its instances. */
  suspended?: boolean;
  /** Number of the graph revision in use, copied to the outcome. */
  instanceRevision?: number;
  /** Paces status writes; by default every change is written at once. */
  statusPace?: StatusPacing;
  /**
   * Called with the findings of a pass before the request that writes its status, so that a client that
   * has seen the status also sees the pass in the JSON API. Not called when the write is postponed.
   */
  beforeStatus?(found: Pick<Outcome, "state" | "conditions" | "nodes">): void;
}
