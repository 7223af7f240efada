/**
 * The clock, limits and caches of a pass, which is one reconciliation of one instance. The caller passes
 * these values in, because a pass reads neither the system clock nor the environment.
 */
import type { JsonObject } from "../api/mod.ts";
import type { CelTotals, CostLimits } from "../cel/mod.ts";
import type { ExpansionCache } from "./expansion_cache.ts";
import type { Outcome } from "./outcome.ts";

/**
 * The part of a derived status that differs from the status in the cluster. If several parts differ, the part
 * that comes first in this type is reported.
 */
export type StatusChange = "state or condition" | "fields" | "condition messages";

/** A status that the API server refused, and the fields that kro wrote instead. */
export interface RefusedStatus {
  /** The fields of the refused status. */
  readonly fields: JsonObject;
  /** The number of the graph revision whose expressions computed the refused fields. */
  readonly revision?: number;
  /**
   * The declared conditions of the refused status, without transition times. Present only if the API server
   * accepted the status after kro left out these conditions.
   */
  readonly authored?: readonly JsonObject[];
  /**
   * The status fields that kro wrote in place of the refused fields. Absent when the API server refused every
   * status that kro sent.
   */
  readonly accepted?: JsonObject;
  /** The message of the API server's refusal. */
  readonly message: string;
}

/**
 * Decides when the status of one instance is written. A pass first calls {@link StatusPacing.delayMs}.
 * Depending on the returned delay, the pass then calls {@link StatusPacing.postponed} or
 * {@link StatusPacing.writing}.
 */
export interface StatusPacing {
  /**
   * The last status that the API server refused. A pass sets this property after a refusal. Later passes do
   * not send the refused fields again while the fields are unchanged.
   */
  refused?: RefusedStatus;
  /**
   * Returns the time to wait before the status may be written, in milliseconds; 0 means immediately. Has no
   * side effect.
   *
   * @param change How the status differs from the last written status; undefined without a difference.
   */
  delayMs(change: StatusChange | undefined): number;
  /**
   * Records that writing the status is postponed. The delay counts from the first postponement after the
   * last write, so further postponements do not extend the delay.
   */
  postponed(change: StatusChange | undefined): void;
  /**
   * Records that the status is about to be written. When `change` is undefined, records that the status need
   * not be written.
   *
   * @param change How the status differs from the last written status; undefined without a difference.
   */
  writing(change: StatusChange | undefined): void;
}

/** Everything that a pass needs in addition to the graph, the instance and the cluster. */
export interface PassContext {
  /** Returns the present time, used as the transition time of conditions. */
  now(): Date;
  /**
   * The version of kro, for the label `kro.run/kro-version` and the annotation
   * `applyset.kubernetes.io/tooling`.
   */
  version: string;
  /** The identity of this process, for the label `kro.run/controller-pod-id` of the instance. */
  podId: string;
  /**
   * The maximum number of objects that one forEach may expand to. Set by the flag
   * `--rgd-max-collection-size`.
   */
  maxCollectionSize: number;
  /**
   * A cache of expanded collections that is shared by several passes. The keys are the JavaScript objects of
   * the instances, so the caller must never modify such an object in place.
   */
  expansions?: ExpansionCache;
  /**
   * Whether the deletion of the instance began before this process watched the objects of the instance.
   * Another client may then have edited the labels of an object, and a list by labels does not contain this
   * object. The deletion therefore computes the names of all objects from the graph, and reads each object
   * that no list contained.
   */
  isUnobserved?: boolean;
  /**
   * The limits of CEL cost per expression and per pass; `COST_LIMITS` by default. Set by the flags
   * `--cel-expression-budget` and `--cel-pass-budget`.
   */
  costs?: CostLimits;
  /**
   * The number and total cost of CEL evaluations, for metrics. All passes that share this object add to
   * both totals.
   */
  celTotals?: CelTotals;
  /** The UID of the RGD, for the label of the instance. When absent, the label is not changed. */
  rgdUid?: string;
  /** Whether the RGD is suspended. A suspended RGD suspends all of its instances. */
  suspended?: boolean;
  /**
   * Whether every object that was applied or read counts as ready, without evaluating readyWhen. A plan sets
   * this property to find the writes that follow once the objects are ready.
   */
  assumeReady?: boolean;
  /** The number of the graph revision in use, which is copied to the outcome of the pass. */
  instanceRevision?: number;
  /** Decides when the status is written. By default, every change of the status is written immediately. */
  statusPace?: StatusPacing;
  /**
   * Called with the findings of a pass directly before the request that writes the status, so that the JSON
   * API already shows the findings when the new status appears in the cluster. If the request fails, this
   * function is called again with the state and conditions in the cluster. Not called when writing the status
   * is postponed.
   */
  beforeStatus?(found: Pick<Outcome, "state" | "conditions" | "nodes">): void;
}
