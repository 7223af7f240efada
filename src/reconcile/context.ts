/** What a pass gets from outside: it reads no clock and no environment itself. */
import type { CelTotals, CostLimits } from "../cel/mod.ts";
import type { ExpansionCache } from "./expansion_cache.ts";
import type { Outcome } from "./outcome.ts";

/** How a status differs from the one in the cluster, the most urgent difference. */
export type StatusChange = "state or condition" | "fields" | "condition messages";

/**
 * Decides when the status of one instance is written. A pass asks {@link StatusPacing.delayMs}, then
 * records what it does.
 */
export interface StatusPacing {
  /**
   * Milliseconds until a status with this change may be written, 0 for now. Undefined stands for a
   * status that does not differ. Changes nothing.
   */
  delayMs(change: StatusChange | undefined): number;
  /** Records that the change waits: the delay counts from the first call after a write. */
  postponed(change: StatusChange | undefined): void;
  /** Records that the change is about to be written, or with undefined that none is left to write. */
  writing(change: StatusChange | undefined): void;
}

/** Everything that a pass needs besides graph, instance and cluster. */
export interface PassContext {
  /** The present time, for transition times. */
  now(): Date;
  /** kro's version, for labels and the tooling annotation. */
  version: string;
  /** Identity of the process: label `kro.run/controller-pod-id` of the instance. */
  podId: string;
  /** `--rgd-max-collection-size`: how many objects one forEach may make. */
  maxCollectionSize: number;
  /**
   * Caches expanded collections across passes. The caller must then pass an instance object on as it
   * was read, never a modified one.
   */
  expansions?: ExpansionCache;
  /** `--cel-expression-budget` and `--cel-pass-budget`: limits of the cost of expressions. */
  costs?: CostLimits;
  /** Counts the evaluations of all passes that share it, for metrics. */
  celTotals?: CelTotals;
  /** UID of the RGD, for the instance's label; without it the label is left as it is. */
  rgdUid?: string;
  /** The RGD is suspended, and with it all of its instances. */
  suspended?: boolean;
  /** Number of the graph revision in use, copied to the outcome. */
  instanceRevision?: number;
  /** Paces status writes; without it every change is written at once. */
  statusPace?: StatusPacing;
  /**
   * Called with the findings of a pass right before its status is written, so that a view can show the pass
   * to every client that has seen that status. Not called when the write is postponed.
   */
  beforeStatus?(found: Pick<Outcome, "state" | "conditions" | "nodes">): void;
}
