/** What a pass is told from outside: it reads no clock and no environment itself. */

import type { CostLimits } from "../cel/mod.ts";
import type { ExpansionCache } from "./expansion_cache.ts";

/** What a status says otherwise than the one that stands: the first of these that differs. */
export type StatusChange = "state or condition" | "fields" | "texts of conditions";

/** Everything that a pass needs besides graph, instance and cluster. */
export interface PassContext {
  /** The present time, for transition times. */
  now(): Date;
  /** kro's version, for labels and the tooling annotation. */
  version: string;
  /** Who runs the pass: label `kro.run/controller-pod-id` of the instance. */
  podId: string;
  /** `--rgd-max-collection-size`: how many objects one forEach may make. */
  maxCollectionSize: number;
  /** Collections of earlier passes, for who runs many; then instances that were read are never changed. */
  expansions?: ExpansionCache;
  /** `--cel-expression-budget` and `--cel-pass-budget`: what expressions may cost. */
  costs?: CostLimits;
  /** UID of the RGD, for the instance's label; without it that label is left as it is. */
  rgdUid?: string;
  /** The RGD is suspended, and all its instances with it. */
  suspended?: boolean;
  /** Number of the graph revision in use: repeated in the outcome. */
  instanceRevision?: number;
  /**
   * Milliseconds by which to put off writing a status with this change, or with none; 0 for now.
   * Without it every change is written at once.
   */
  putOff?(change: StatusChange | undefined): number;
}
